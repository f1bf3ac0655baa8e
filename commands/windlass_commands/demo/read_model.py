"""The read model as anybody sees it: GraphQL queries, and subscriptions that note when each change arrived here."""

from __future__ import annotations

import asyncio
import json
import time
from types import TracebackType
from typing import Any

import httpx
import websockets
from solders.pubkey import Pubkey
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from windlass_commands.errors import StoryBroken

SUBPROTOCOL = Subprotocol("graphql-transport-ws")
SUBSCRIPTIONS = {
    "proposals": "subscription { proposalChanged { seq proposal { multisig { address } } } }",
    "vaults": "subscription { vaultChanged { seq vault { address } } }",
}
# No subscription tells of a new multisig or registration, so these are asked for.
MULTISIG_SEQ = "query ($stream: ID!) { multisig(address: $stream) { verification { seq } } }"
POLL_SECONDS = 0.01
SEEN_SECONDS = 20.0


class ReadModel:
    """`arrived[stream]` are the sequence numbers told about a stream, each with its time of arrival (monotonic)."""

    def __init__(self, url: str, websocket_url: str) -> None:
        self.url = url
        self.websocket_url = websocket_url
        self.arrived: dict[str, list[tuple[int, float]]] = {}
        self._news = asyncio.Condition()
        self._http = httpx.AsyncClient(timeout=10)
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> ReadModel:
        try:
            self._socket = await connect(self.websocket_url, subprotocols=[SUBPROTOCOL])
            await self._socket.send(json.dumps({"type": "connection_init"}))
            acknowledged = json.loads(await self._socket.recv())
        except (OSError, websockets.WebSocketException) as error:
            raise StoryBroken(f"GraphQL takes no subscriptions at {self.websocket_url}: {error}.") from error
        if acknowledged.get("type") != "connection_ack":
            raise StoryBroken(f"GraphQL did not accept the connection: {acknowledged}.")
        for id, query in SUBSCRIPTIONS.items():
            await self._socket.send(json.dumps({"id": id, "type": "subscribe", "payload": {"query": query}}))
        self._reader = asyncio.create_task(self._read(self._socket))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._reader.cancel()
        if self._socket is not None:
            await self._socket.close()
        await self._http.aclose()

    async def ask(self, query: str, **variables: Any) -> Any:
        """The `data` of a query. Raises StoryBroken with GraphQL's errors."""
        try:
            response = await self._http.post(self.url, json={"query": query, "variables": variables})
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise StoryBroken(f"GraphQL at {self.url} did not answer: {error or type(error).__name__}.") from error
        if answer.get("errors"):
            raise StoryBroken(f"GraphQL answered with an error: {answer['errors'][0]['message']}.")
        return answer["data"]

    async def told(self, stream: Pubkey, seq: int) -> float:
        """When a subscription told of the stream's event `seq` or a later one. Raises StoryBroken if none does."""
        key = str(stream)
        try:
            async with asyncio.timeout(SEEN_SECONDS), self._news:
                while True:
                    times = [at for told, at in self.arrived.get(key, []) if told >= seq]
                    if times:
                        return times[0]
                    await self._news.wait()
        except TimeoutError:
            raise StoryBroken(f"GraphQL told nothing of event {seq} of {stream} within {SEEN_SECONDS:.0f} s.") from None

    async def asked(self, multisig: Pubkey, seq: int) -> float:
        """When a query, repeated every 10 ms, first knew the multisig's event `seq`. Raises StoryBroken."""
        deadline = time.monotonic() + SEEN_SECONDS
        while time.monotonic() < deadline:
            found = (await self.ask(MULTISIG_SEQ, stream=str(multisig)))["multisig"]
            if found and found["verification"]["seq"] >= seq:
                return time.monotonic()
            await asyncio.sleep(POLL_SECONDS)
        raise StoryBroken(f"GraphQL did not know event {seq} of {multisig} within {SEEN_SECONDS:.0f} s.")

    async def _read(self, socket: ClientConnection) -> None:
        async for text in socket:
            arrived = time.monotonic()
            message = json.loads(text)
            if message["type"] == "ping":
                await socket.send(json.dumps({"type": "pong"}))
            if message["type"] != "next":
                continue
            data = message["payload"].get("data") or {}
            if change := data.get("proposalChanged"):
                await self._note(change["proposal"]["multisig"]["address"], change["seq"], arrived)
            if change := data.get("vaultChanged"):
                await self._note(change["vault"]["address"], change["seq"], arrived)

    async def _note(self, stream: str, seq: int, arrived: float) -> None:
        async with self._news:
            self.arrived.setdefault(stream, []).append((seq, arrived))
            self._news.notify_all()
