"""Tells when a transaction is confirmed by the node's own notification, and when that arrived here."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from types import TracebackType
from typing import Any

import websockets
from solders.signature import Signature
from solders.transaction import VersionedTransaction
from websockets.asyncio.client import ClientConnection, connect

from windlass_commands.errors import RpcUnreachable
from windlass_commands.rpc import Rpc, Status
from windlass_commands.transactions import send_until_confirmed

NOTIFICATION_SECONDS = 15.0


class Confirmations:
    """One websocket to the node. `at[signature]` is when (time.monotonic) its confirmation was notified."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.at: dict[Signature, float] = {}
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[int]] = {}
        self._notified: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Confirmations:
        await self._connect()
        return self

    async def _connect(self) -> None:
        try:
            self._socket = await connect(self.url)
        except (OSError, websockets.WebSocketException) as error:
            raise RpcUnreachable(f"No websocket answers at {self.url} ({error}); name it with --ws.") from error
        self._reader = asyncio.create_task(self._read(self._socket))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._disconnect()

    async def reconnect(self) -> None:
        """A new websocket, after the node has restarted; its subscriptions are numbered from the start again."""
        await self._disconnect()
        self._answers.clear()
        self._notified.clear()
        await self._connect()

    async def _disconnect(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    async def confirm(self, rpc: Rpc, transaction: VersionedTransaction, last_valid_height: int) -> Status:
        """Subscribe to the signature, send, wait for the notification; ask for the status should none come."""
        signature = transaction.signatures[0]
        subscription = await self._subscribe(signature)
        polling = asyncio.create_task(send_until_confirmed(rpc, transaction, last_valid_height))
        try:
            async with asyncio.timeout(NOTIFICATION_SECONDS):
                notified = await self._notified[subscription]
        except TimeoutError:
            status = await polling
            self.at[signature] = time.monotonic()
            return status
        finally:
            polling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await polling
        self.at[signature] = notified["arrived"]
        return Status(notified["context"]["slot"], notified["value"]["err"], "confirmed")

    async def _subscribe(self, signature: Signature) -> int:
        assert self._socket is not None
        id = next(self._ids)
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._answers[id] = answer
        parameters = [str(signature), {"commitment": "confirmed"}]
        await self._socket.send(
            json.dumps({"jsonrpc": "2.0", "id": id, "method": "signatureSubscribe", "params": parameters})
        )
        subscription = await answer
        self._waiter(subscription)
        return subscription

    async def _read(self, socket: ClientConnection) -> None:
        try:
            await self._dispatch(socket)
        finally:
            gone = RpcUnreachable(f"The websocket {self.url} was closed; the node may have ended.")
            pending: list[asyncio.Future[Any]] = [*self._answers.values(), *self._notified.values()]
            for future in pending:
                if not future.done():
                    future.set_exception(gone)
                    future.exception()  # nobody may be waiting for this one

    async def _dispatch(self, socket: ClientConnection) -> None:
        async for text in socket:
            arrived = time.monotonic()
            message = json.loads(text)
            if "id" in message:
                answer = self._answers.pop(message["id"])
                if "error" in message:
                    answer.set_exception(RpcUnreachable(f"{self.url} refused signatureSubscribe: {message['error']}."))
                else:
                    answer.set_result(message["result"])
            elif message.get("method") == "signatureNotification":
                result = {**message["params"]["result"], "arrived": arrived}
                waiter = self._waiter(message["params"]["subscription"])
                if not waiter.done():
                    waiter.set_result(result)

    def _waiter(self, subscription: int) -> asyncio.Future[dict[str, Any]]:
        """The same future whoever comes first, the subscriber or the notification."""
        if subscription not in self._notified:
            self._notified[subscription] = asyncio.get_running_loop().create_future()
        return self._notified[subscription]
