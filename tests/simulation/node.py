"""A node of the simulated chain: HTTP and websocket on loopback, with the faults that a seed gives it."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import h11
import orjson
import websockets
from simulation.ledger import Block, Executed
from simulation.views import Growth, Reader, Refused, View
from websockets.asyncio.server import ServerConnection, serve


@dataclass(frozen=True, slots=True)
class Faults:
    """How often each goes wrong, from 0 to 1. All end when the chain is quiet."""

    busy: float = 0.0  # HTTP 429
    broken: float = 0.0  # HTTP 5xx
    cut: float = 0.0  # the connection ends in the middle of the answer
    refused: float = 0.0  # a JSON-RPC error that passes
    slow: float = 0.0  # an answer after up to 3 s, from what the node saw before
    null: float = 0.0  # a transaction is told or listed, and not to be had for a while after it was asked for
    unlisted: float = 0.0  # a transaction is to be had, and not listed for some slots after its own
    dropped: float = 0.0  # a notification that never comes
    doubled: float = 0.0
    late: float = 0.0  # a notification that comes up to 10 s later
    wrong: float = 0.0  # a notification with success for what failed, or another slot
    hangup: float = 0.0  # the websocket ends without a word, at each slot
    stalled: float = 0.0  # the websocket stays open and says nothing any more, at each slot
    lag: int = 0  # how many moves behind the chain the node is

    @classmethod
    def draw(cls, chance: random.Random) -> "Faults":
        """Most are absent in one seed, so that what goes wrong together differs."""

        def often(most: float) -> float:
            return chance.random() * most if chance.random() < 0.4 else 0.0

        return cls(
            busy=often(0.3),
            broken=often(0.3),
            cut=often(0.2),
            refused=often(0.2),
            slow=often(0.3),
            null=often(0.5),
            unlisted=often(0.3),
            dropped=often(1.0),
            doubled=often(0.5),
            late=often(0.5),
            wrong=often(0.3),
            hangup=often(0.2),
            stalled=often(0.1),
            lag=chance.choice([0, 0, 1, 3]) if chance.random() < 0.3 else 0,
        )


@dataclass(slots=True, eq=False)
class _Listener:
    """A websocket connection: what it subscribed to, and whether it is still told anything."""

    socket: ServerConnection
    slots: int | None = None
    logs: dict[int, str] = field(default_factory=dict)
    stalled: bool = False


class Node:
    """Serves the chain as it grows; `hear()` after each of its moves."""

    def __init__(self, growth: Growth, faults: Faults, chance: random.Random, *, shuffled: bool, index: bool) -> None:
        self.growth = growth
        self._faults = faults
        self._chance = chance
        self._views: list[View] = [growth.view]
        self._moves = 0
        shuffle = chance.randrange(2**32) if shuffled else None
        self._reader = Reader(self._seen, shuffle, index)
        self._reader.absent = self._absent
        self._reader.unlisted = self._unlisted
        self._salt = chance.randrange(2**32)
        self._shown: dict[str, int] = {}
        self._listeners: set[_Listener] = set()
        self._sent: set[asyncio.Task[None]] = set()
        self._ids = iter(range(1, 1 << 60))
        self.requests = 0
        self.calls: Counter[str] = Counter()  # by method, each of a JSON array counted
        self.healed = False
        self.rpc_url = ""
        self.ws_url = ""

    def prune(self, before: int) -> None:
        """It forgets the transactions of the slots before this one."""
        self._reader.kept_from = before

    def heal(self) -> None:
        """No more faults from here on."""
        self.healed = True
        for listener in self._listeners:
            if listener.stalled:
                listener.socket.transport.abort()

    def _seen(self) -> View:
        return self._views[-1] if self.healed else self._views[max(0, len(self._views) - 1 - self._faults.lag)]

    def _goes_wrong(self, rate: float) -> bool:
        return not self.healed and rate > 0 and self._chance.random() < rate

    def _absent(self, transaction: Executed) -> bool:
        """Whether the node does not give it yet: for up to 8 moves after it was first asked."""
        if self.healed or self._faults.null == 0:
            return False
        since = self._shown.setdefault(transaction.signature, self._moves)
        draw = random.Random(f"{self._salt} null {transaction.signature}")
        return draw.random() < self._faults.null and self._moves < since + draw.randint(1, 8)

    def _unlisted(self, transaction: Executed, age: int) -> bool:
        """Whether the node does not list it yet, `age` slots after its own: a node's index is late by seconds."""
        if self.healed or self._faults.unlisted == 0:
            return False
        draw = random.Random(f"{self._salt} list {transaction.signature}")
        return draw.random() < self._faults.unlisted and age < draw.randint(1, 24)

    def hear(self) -> None:
        """The chain has moved: tell those who listen."""
        self._moves += 1
        self._views = [*self._views[-8:], self.growth.view]
        for listener in list(self._listeners):
            if self._goes_wrong(self._faults.hangup):
                listener.socket.transport.abort()
                continue
            listener.stalled = listener.stalled or self._goes_wrong(self._faults.stalled)
            for block in self.growth.added:
                self._tell_block(listener, block)

    def _tell_block(self, listener: _Listener, block: Block) -> None:
        if listener.slots is not None:
            told = {"slot": block.slot, "parent": block.parent, "root": self.growth.view.blocks[0].slot}
            self._notify(listener, "slotNotification", listener.slots, told)
        for transaction in block.transactions:
            for id_, program in listener.logs.items():
                if program in transaction.mentions:
                    self._tell_transaction(listener, id_, block, transaction)

    def _tell_transaction(self, listener: _Listener, id_: int, block: Block, transaction: Executed) -> None:
        if self._goes_wrong(self._faults.dropped):
            return
        meta = transaction.result["meta"]
        wrong = self._goes_wrong(self._faults.wrong)
        told = {
            "context": {"slot": block.slot + 1 if wrong else block.slot},
            "value": {
                "signature": transaction.signature,
                "err": None if wrong else meta["err"],
                "logs": meta["logMessages"],
            },
        }
        for _ in range(self._chance.randint(2, 5) if self._goes_wrong(self._faults.doubled) else 1):
            after = self._chance.random() * 10 if self._goes_wrong(self._faults.late) else 0.0
            self._notify(listener, "logsNotification", id_, told, after)

    def _notify(self, listener: _Listener, method: str, id_: int, result: Any, after: float = 0.0) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": {"result": result, "subscription": id_}}
        self._send(listener, message, after)

    def _send(self, listener: _Listener, message: Any, after: float = 0.0) -> None:
        if listener.stalled:
            return

        async def send() -> None:
            await asyncio.sleep(after)
            with suppress(websockets.ConnectionClosed):
                await listener.socket.send(orjson.dumps(message).decode())

        task = asyncio.get_running_loop().create_task(send())
        self._sent.add(task)
        task.add_done_callback(self._sent.discard)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Node"]:
        """On free ports."""
        http = await asyncio.start_server(self._http, "127.0.0.1", 0)
        async with serve(self._websocket, "127.0.0.1", 0, compression=None, ping_interval=None) as sockets:
            self.rpc_url = f"http://127.0.0.1:{http.sockets[0].getsockname()[1]}"
            self.ws_url = f"ws://127.0.0.1:{next(iter(sockets.sockets)).getsockname()[1]}"
            try:
                yield self
            finally:
                for task in list(self._sent):
                    task.cancel()
                for listener in list(self._listeners):
                    listener.socket.transport.abort()
                http.close()
                await http.wait_closed()

    async def _websocket(self, socket: ServerConnection) -> None:
        if self._goes_wrong(self._faults.hangup):
            socket.transport.abort()
            return
        listener = _Listener(socket)
        self._listeners.add(listener)
        try:
            async for message in socket:
                request = orjson.loads(message)
                number = next(self._ids)
                if request["method"] == "slotSubscribe":
                    listener.slots = number
                elif request["method"] == "logsSubscribe":
                    listener.logs[number] = request["params"][0]["mentions"][0]
                else:
                    error = {"code": -32601, "message": "Method not found"}
                    self._send(listener, {"jsonrpc": "2.0", "id": request["id"], "error": error})
                    continue
                self._send(listener, {"jsonrpc": "2.0", "id": request["id"], "result": number})
        except websockets.ConnectionClosed:
            pass
        finally:
            self._listeners.discard(listener)

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        try:
            while await self._one_request(connection, reader, writer):
                connection.start_next_cycle()
        except (ConnectionError, h11.RemoteProtocolError):
            pass
        finally:
            writer.close()

    async def _one_request(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        body = b""
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(1 << 16))
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                break
            elif isinstance(event, h11.ConnectionClosed):
                return False
        status, answer = await self._answer(body)
        headers = [("content-type", "application/json"), ("content-length", str(len(answer)))]
        head = connection.send(h11.Response(status_code=status, headers=headers)) or b""
        if status == 200 and self._goes_wrong(self._faults.cut):
            writer.write(head + answer[: len(answer) // 2])
            return False
        end = connection.send(h11.Data(data=answer)) or b""
        writer.write(head + end + (connection.send(h11.EndOfMessage()) or b""))
        await writer.drain()
        return connection.our_state is h11.DONE

    async def _answer(self, body: bytes) -> tuple[int, bytes]:
        self.requests += 1
        if self._goes_wrong(self._faults.busy):
            return 429, b'{"jsonrpc":"2.0","error":{"code":429,"message":"Too many requests"},"id":null}'
        if self._goes_wrong(self._faults.broken):
            return self._chance.choice([500, 502, 503, 504]), b"<html>no</html>"
        request = orjson.loads(body)
        slow = self._goes_wrong(self._faults.slow)
        # An answer that is long under way tells what was.
        early = slow and self._chance.random() < 0.5
        answer = self._all(request) if early else None
        if slow:
            await asyncio.sleep(self._chance.random() * 3)
        return 200, orjson.dumps(answer if early else self._all(request))

    def _all(self, request: Any) -> Any:
        return [self._one(each) for each in request] if isinstance(request, list) else self._one(request)

    def _one(self, request: Any) -> Any:
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        self.calls[request["method"]] += 1
        if self._goes_wrong(self._faults.refused):
            code, message = self._chance.choice(
                [(-32005, "Node is behind by 42 slots"), (-32603, "Internal error"), (429, "Too many requests")]
            )
            return answer | {"error": {"code": code, "message": message}}
        try:
            return answer | {"result": self._reader.call(request["method"], request["params"])}
        except Refused as refused:
            return answer | {"error": refused.error}
