"""A node on which transactions land all the time: a slot's all at once, told on the websocket, kept for a minute.

Run as a process of its own: `python -m benchmarks.indexer.live_node PER_SLOT SLOT_MS VAULTS`. The first line that it
prints has its two ports (RPC, websocket). The slots begin with the first line on its standard input and stop with the
second; each is printed with the moment (CLOCK_MONOTONIC, seconds) at which it could first be read.
"""

import asyncio
import sys
from base64 import b64encode
from collections import deque
from collections.abc import Iterator
from itertools import islice
from time import monotonic
from typing import Any

import orjson
from websockets.asyncio.server import ServerConnection, broadcast, serve
from windlass_programs.digests import NEW_STREAM_DIGEST, next_stream_digest

from benchmarks.indexer.corpus import FIRST_SLOT, PROGRAM, Recorded, block_time, transactions
from benchmarks.indexer.recorded_node import HttpConnection, clock

_KEPT_SECONDS = 60
_FOREVER = 1 << 40


class LiveNode:
    """What has landed, and who listens."""

    def __init__(self, per_slot: int, slot_seconds: float, vaults: int) -> None:
        self._coming = transactions(_FOREVER, vaults, per_slot)
        self._per_slot = per_slot
        self._slot_seconds = slot_seconds
        self._slot = FIRST_SLOT - 1
        self._landed: deque[list[Recorded]] = deque()
        self._results: dict[str, bytes] = {}
        self._blocks: dict[int, bytes] = {}
        self._calls = 0
        self._streams: dict[str, tuple[int, bytes]] = {}
        self._listeners: dict[ServerConnection, dict[str, int]] = {}

    async def listen(self, socket: ServerConnection) -> None:
        """A websocket's whole life."""
        subscriptions: dict[str, int] = {}
        try:
            async for message in socket:
                request = orjson.loads(message)
                about = request["params"][0]["mentions"][0] if request["params"] else "slots"
                subscriptions[about] = request["id"]
                self._listeners[socket] = subscriptions
                await socket.send(orjson.dumps({"id": request["id"], "result": request["id"]}), text=True)
        finally:
            self._listeners.pop(socket, None)

    async def land(self) -> None:
        """For ever."""
        due = monotonic()
        while True:
            slot = list(islice(self._coming, self._per_slot))
            for recorded in slot:
                seq, digest = self._streams.get(recorded.vault, (0, NEW_STREAM_DIGEST))
                self._streams[recorded.vault] = (seq + 1, next_stream_digest(digest, recorded.event))
            results = [(recorded.signature, recorded.result()) for recorded in slot]
            await asyncio.sleep(max(0.0, due - monotonic()))
            due += self._slot_seconds
            self._slot = slot[0].slot
            self._results.update(results)
            bodies = b",".join([recorded.body for recorded in slot])
            self._blocks[self._slot] = b'{"blockTime":%d,"transactions":[%s]}' % (block_time(self._slot), bodies)
            self._landed.append(slot)
            print(self._slot, monotonic(), flush=True)
            self._tell(slot)
            if len(self._landed) > _KEPT_SECONDS / self._slot_seconds:
                gone = self._landed.popleft()
                del self._blocks[gone[0].slot]
                for recorded in gone:
                    del self._results[recorded.signature]

    def _tell(self, slot: list[Recorded]) -> None:
        for socket, subscriptions in self._listeners.items():
            broadcast([socket], orjson.dumps({"method": "slotNotification", "params": {}}).decode())
            for recorded in slot if PROGRAM in subscriptions else ():
                value: Any = {"signature": recorded.signature, "err": None, "logs": []}
                result = {"context": {"slot": recorded.slot}, "value": value}
                params = {"subscription": subscriptions[PROGRAM], "result": result}
                broadcast([socket], orjson.dumps({"method": "logsNotification", "params": params}).decode())

    def answer(self, body: bytes) -> bytes:
        """To a request or an array of them; to `calls`, how many there were since it was last asked."""
        if body == b"calls":
            calls, self._calls = self._calls, 0
            return b"%d" % calls
        request = orjson.loads(body)
        if isinstance(request, list):
            return b"[" + b",".join([self._one(item) for item in request]) + b"]"
        return self._one(request)

    def _one(self, request: Any) -> bytes:
        self._calls += 1
        result = self._result(request["method"], request["params"])
        return b'{"jsonrpc":"2.0","id":%d,"result":%s}' % (request["id"], result)

    def _result(self, method: str, params: list[Any]) -> bytes:
        match method:
            case "getTransaction":
                return self._results.get(params[0], b"null")
            case "getBlock":
                return self._blocks[params[0]]
            case "getSignaturesForAddress":
                return self._history(params[0], params[1])
            case "getMultipleAccounts":
                accounts = [self._account(address) for address in params[0]]
                return orjson.dumps({"context": {"slot": self._slot}, "value": accounts})
            case "getAccountInfo":
                return clock(self._slot)
            case "getSlot":
                return b"%d" % max(0, self._slot - 32)
            case "getGenesisHash":
                return b'"11111111111111111111111111111112"'
        raise ValueError(f"this node does not know {method}")

    def _account(self, address: str) -> Any:
        if address not in self._streams:
            return None
        seq, digest = self._streams[address]
        return {"data": [b64encode(bytes(8) + seq.to_bytes(8, "little") + digest).decode(), "base64"]}

    def _history(self, address: str, options: dict[str, Any]) -> bytes:
        if address != PROGRAM:
            return b"[]"
        newest: Iterator[Recorded] = (recorded for slot in reversed(self._landed) for recorded in reversed(slot))
        listed: list[dict[str, Any]] = []
        begun = "before" not in options
        for recorded in newest:
            if recorded.signature == options.get("until") or len(listed) == options["limit"]:
                break
            if begun:
                at = block_time(recorded.slot)
                entry = {"signature": recorded.signature, "slot": recorded.slot, "err": None, "blockTime": at}
                listed.append(entry)
            begun = begun or recorded.signature == options.get("before")
        return orjson.dumps(listed)


async def _main() -> None:
    per_slot, slot_ms, vaults = map(int, sys.argv[1:4])
    node = LiveNode(per_slot, slot_ms / 1_000, vaults)
    loop = asyncio.get_running_loop()
    http = await loop.create_server(lambda: HttpConnection(node.answer), "127.0.0.1", 0)
    async with serve(node.listen, "127.0.0.1", 0) as sockets:
        print(http.sockets[0].getsockname()[1], next(iter(sockets.sockets)).getsockname()[1], flush=True)
        await loop.run_in_executor(None, sys.stdin.readline)
        landing = loop.create_task(node.land())
        await loop.run_in_executor(None, sys.stdin.readline)
        landing.cancel()
        print("stopped", flush=True)
        await http.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
