"""The websocket endpoint: JSON-RPC requests that subscribe and unsubscribe."""

from __future__ import annotations

import asyncio
import itertools
import socket
from typing import Any

import orjson
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from windlass_localnet.chain import Chain
from windlass_localnet.errors import INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, RpcError, invalid_params
from windlass_localnet.rpc.params import Params
from windlass_localnet.websocket.client import Client
from windlass_localnet.websocket.notifications import Notifications
from windlass_localnet.websocket.subscriptions import KINDS, parse_subscription


class WebsocketServer:
    """Serves subscriptions on a bound socket."""

    def __init__(self, chain: Chain, capacity: int) -> None:
        """`capacity`: messages that may wait for a client."""
        self._notifications = Notifications(chain)
        self._capacity = capacity
        self._numbers = itertools.count()

    async def start(self, bound: socket.socket) -> Server:
        """Begin to accept connections."""
        return await serve(self._serve, sock=bound, compression=None, max_size=2**20)

    async def _serve(self, connection: ServerConnection) -> None:
        client = Client(connection, self._capacity)
        writer = asyncio.create_task(client.write())
        try:
            async for message in connection:
                self._receive(client, message)
        except ConnectionClosed:
            pass
        finally:
            self._notifications.drop(client)
            writer.cancel()

    def _receive(self, client: Client, message: str | bytes) -> None:
        try:
            request = orjson.loads(message)
        except orjson.JSONDecodeError:
            return _answer(client, None, RpcError(PARSE_ERROR, "Parse error"))
        for item in request if isinstance(request, list) else [request]:
            if not isinstance(item, dict) or not isinstance(item.get("method"), str):
                _answer(client, None, RpcError(INVALID_REQUEST, "Invalid request"))
                continue
            try:
                self._call(client, item)
            except RpcError as error:
                _answer(client, item.get("id"), error)
        return None

    def _call(self, client: Client, request: dict[str, Any]) -> None:
        values = request.get("params") or []
        if not isinstance(values, list):
            raise invalid_params("`params` should be an array")
        params, method, identifier = Params(values), request["method"], request.get("id")
        if method.endswith("Unsubscribe") and method.removesuffix("Unsubscribe") in KINDS:
            if not self._notifications.remove(params.integer(0), client):
                raise invalid_params("Invalid subscription id.")
            return _answer(client, identifier, True)
        if not method.endswith("Subscribe"):
            raise RpcError(METHOD_NOT_FOUND, "Method not found")
        subscription = parse_subscription(next(self._numbers), client, method, params)
        # The answer goes first: a notification may follow at once.
        _answer(client, identifier, subscription.number)
        self._notifications.add(subscription)
        return None


def _answer(client: Client, identifier: Any, answer: Any) -> None:
    outcome = {"error": answer.as_json()} if isinstance(answer, RpcError) else {"result": answer}
    client.send(orjson.dumps({"jsonrpc": "2.0", **outcome, "id": identifier}).decode())
