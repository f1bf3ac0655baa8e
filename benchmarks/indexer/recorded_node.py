"""A node that has recorded transactions and nothing else, as fast as one process can answer: never what is measured.

Run as a process of its own: `python -m benchmarks.indexer.recorded_node COUNT VAULTS PER_SLOT`; prints its port.
"""

import asyncio
import struct
import sys
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import orjson

from benchmarks.indexer.corpus import FIRST_SLOT, PROGRAM, block_time, transactions

_PAGE = 1_000
_GENESIS = "11111111111111111111111111111112"


class RecordedNode:
    """JSON-RPC over HTTP/1.1 with keep-alive; `calls` counts methods by name."""

    def __init__(self, count: int, vaults: int, per_slot: int) -> None:
        self.calls: dict[str, int] = {}
        self._results: dict[str, bytes] = {}
        self._listed: list[tuple[str, bytes]] = []
        blocks: dict[int, list[bytes]] = {}
        signatures: dict[int, list[str]] = {}
        for recorded in transactions(count, vaults, per_slot):
            self._results[recorded.signature] = recorded.result()
            entry = {
                "signature": recorded.signature,
                "slot": recorded.slot,
                "err": None,
                "memo": None,
                "blockTime": block_time(recorded.slot),
                "confirmationStatus": "finalized",
            }
            self._listed.append((recorded.signature, orjson.dumps(entry)))
            blocks.setdefault(recorded.slot, []).append(recorded.body)
            signatures.setdefault(recorded.slot, []).append(recorded.signature)
        self._listed.reverse()
        self._places = {signature: place for place, (signature, _) in enumerate(self._listed)}
        self._blocks = {
            slot: b'{"blockTime":%d,"transactions":[%s]}' % (block_time(slot), b",".join(bodies))
            for slot, bodies in blocks.items()
        }
        self._signatures = signatures
        self.last_slot = max(blocks)

    async def serve(self) -> asyncio.Server:
        """On a free port of the loopback interface."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: HttpConnection(self.answer), "127.0.0.1", 0)

    def answer(self, body: bytes) -> bytes:
        """To a request or an array of them; to `calls`, how many there were since it was last asked."""
        if body == b"calls":
            calls, self.calls = self.calls, {}
            return orjson.dumps(calls)
        request = orjson.loads(body)
        if isinstance(request, list):
            return b"[" + b",".join([self._one(item) for item in request]) + b"]"
        return self._one(request)

    def _one(self, request: Any) -> bytes:
        method = request["method"]
        self.calls[method] = self.calls.get(method, 0) + 1
        return b'{"jsonrpc":"2.0","id":%d,"result":%s}' % (request["id"], self._result(method, request["params"]))

    def _result(self, method: str, params: list[Any]) -> bytes:
        match method:
            case "getTransaction":
                return self._results.get(params[0], b"null")
            case "getBlock" if params[1].get("transactionDetails") == "signatures":
                return orjson.dumps({"signatures": self._signatures[params[0]]})
            case "getBlock":
                return self._blocks[params[0]]
            case "getSignaturesForAddress":
                return self._page(params[1]) if params[0] == PROGRAM else b"[]"
            case "getAccountInfo":
                return clock(self.last_slot)
            case "getSlot":
                return b"%d" % self.last_slot
            case "getGenesisHash":
                return orjson.dumps(_GENESIS)
            case "getFirstAvailableBlock":
                return b"%d" % (FIRST_SLOT - 1)
            case "getBlocksWithLimit" | "getBlocks":
                return b"[]"
        raise ValueError(f"this node does not know {method}")

    def _page(self, options: dict[str, Any]) -> bytes:
        start = self._places[options["before"]] + 1 if options.get("before") else 0
        end = self._places[options["until"]] if options.get("until") else len(self._listed)
        page = self._listed[start : min(end, start + options.get("limit", _PAGE))]
        return b"[" + b",".join([entry for _, entry in page]) + b"]"


def clock(slot: int) -> bytes:
    """The Clock sysvar's account at this slot."""
    data = struct.pack("<QqQQq", slot, 0, 0, 0, block_time(slot))
    return orjson.dumps({"context": {"slot": slot}, "value": {"data": [b64encode(data).decode(), "base64"]}})


class HttpConnection(asyncio.Protocol):
    """As much of HTTP/1.1 as the indexer's client speaks: `answer` makes an answer's body from a request's."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = self._buffer[:end].lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            size = end + 4 + int(length)
            if len(self._buffer) < size:
                return
            body, self._buffer = self._buffer[end + 4 : size], self._buffer[size:]
            answer = self._answer(body)
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(answer)
            self._transport.write(head + answer)


async def _main() -> None:
    node = RecordedNode(*map(int, sys.argv[1:4]))
    server = await node.serve()
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
