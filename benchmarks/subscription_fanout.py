"""From a commit to every subscriber's message, one event told to many: `make bench-fanout`.

Changes of one proposal are written as the indexer writes them, at a steady rate; other processes hold the websockets,
which is all they do. Each change says as its slot when its commit began, by the clock that all processes share.
"""

import asyncio
import base64
import json
import math
import os
import re
import resource
import struct
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from time import monotonic_ns
from typing import cast
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import click
import uvloop
from windlass_commands.dev.postgres import EmbeddedPostgres
from windlass_commands.dev.processes import Supervisor
from windlass_indexer import migrations

LONGEST = 900.0
"""Seconds that all clients may take to connect, and then to hear everything."""
ASKED_P99 = 25.0
"""Milliseconds, of `ASKED_CLIENTS` at most; of more it is asked that nothing is lost or doubled."""
ASKED_CLIENTS = 1_000
CONNECTING_AT_ONCE = 16
PROPOSAL = "Prop" + "1" * 40
SUBSCRIPTION = "subscription ($after: String) { proposalChanged(after: $after) { cursor slot seq address } }"
_TEXT, _PING, _PONG = 0x81, 0x89, 0x8A
"""First bytes of frames (RFC 6455, 5.2)."""
_SLOT, _SEQ = re.compile(rb'"slot":(\d+)'), re.compile(rb'"seq":(\d+)')


@click.group()
def main() -> None:
    """One command measures; the other is started by it."""


@main.command()
@click.option("--clients", default=1_000, show_default=True)
@click.option("--rate", default=10.0, show_default=True, help="Events a second.")
@click.option("--events", default=200, show_default=True)
@click.option("--processes", default=1, show_default=True, help="That hold the clients' ends.")
@click.option(
    "--at-most",
    type=float,
    help=f"Milliseconds: exit code 1 above this p99; {ASKED_P99:g} for up to {ASKED_CLIENTS:,} clients, none for more.",
)
def measure(clients: int, rate: float, events: int, processes: int, at_most: float | None) -> None:
    """On a database and a server of its own; exit code 1 where an event was lost, doubled, or came late."""
    _raise_limit(clients + 200)
    if at_most is None:
        at_most = ASKED_P99 if clients <= ASKED_CLIENTS else math.inf
    sys.exit(asyncio.run(_measure(clients, rate, events, processes, at_most)))


def _raise_limit(files: int) -> None:
    """A socket is an open file, at either end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < files:
        if hard != resource.RLIM_INFINITY and hard < files:
            sys.exit(f"{files} open files are needed, and at most {hard} are allowed: raise it (ulimit -Hn).")
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))


async def _measure(clients: int, rate: float, events: int, processes: int, at_most: float) -> int:
    supervisor = Supervisor(lambda name, line: None)
    postgres = EmbeddedPostgres(supervisor)
    try:
        url = await postgres.start()
        connection = await asyncpg.connect(url)
        await migrations.apply(connection)
        server = await _start(
            "-c", "from windlass_graphql.cli import main; main()", "--port", "0", "--json", "--database", _reader(url)
        )
        websocket = json.loads(await _line(server))["websocket"]
        alone = _resident(server.pid)
        shares = [clients // processes + (number < clients % processes) for number in range(processes)]
        holders = [await _start(__file__, "hold", websocket, str(share), str(events)) for share in shares]
        try:
            for holder in holders:
                assert await _line(holder) == "all hear\n"
            with_all = _resident(server.pid)
            begun = asyncio.get_running_loop().time()
            for number in range(1, events + 1):
                await asyncio.sleep(begun + number / rate - asyncio.get_running_loop().time())
                await _commit(connection, number)
            heard = [json.loads(await _line(holder)) for holder in holders]
        finally:
            for process in (*holders, server):
                process.terminate()
                await process.wait()
            await connection.close()
    finally:
        await supervisor.stop()
        await postgres.remove()
    took = sorted(each / 1_000 for some in heard for each in some["took"])
    lost, doubled = (sum(some[what] for some in heard) for what in ("lost", "doubled"))
    p99 = took[math.ceil(len(took) * 0.99) - 1]
    print(
        f"commit -> message, {clients:,} clients, {events} events at {rate:g}/s: median {took[len(took) // 2]:.1f} ms, "
        f"p99 {p99:.1f} ms, most {took[-1]:.1f} ms; of {clients * events:,} messages "
        f"{lost} lost, {doubled} doubled; the server's memory {alone:.0f} MiB alone, "
        f"{with_all:.0f} MiB with all ({(with_all - alone) * 1024 / clients:.1f} KiB a client)"
    )
    return int(lost + doubled > 0 or p99 > at_most)


async def _commit(connection: "asyncpg.Connection", number: int) -> None:
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('windlass_indexer.changes'))")
        await connection.execute(
            "INSERT INTO changes (kind, key, slot, seq) VALUES ('proposal', $1, $2, $3)",
            PROPOSAL,
            monotonic_ns() // 1_000,
            number,
        )
        await connection.execute("""SELECT pg_notify('windlass_changes', '{"kind": "proposal"}')""")


async def _start(*arguments: str) -> Process:
    # One address asks for everything, which is what the limit is there against.
    environment = os.environ | {"WINDLASS_RATE_LIMIT": "0", "WINDLASS_LOG_LEVEL": "warning"}
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE, env=environment, limit=2**24)


async def _line(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(2 * LONGEST):
        line = (await process.stdout.readline()).decode()
    if not line:
        sys.exit("A process ended before its time; it has said why.")
    return line


def _reader(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"windlass_reader@{parts.netloc.rpartition('@')[2]}"))


def _resident(pid: int) -> float:
    """MiB of memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


@main.command()
@click.argument("url")
@click.argument("clients", type=int)
@click.argument("events", type=int)
def hold(url: str, clients: int, events: int) -> None:
    """Holds the clients' ends, and says what they heard once all of them heard all."""
    uvloop.run(_hold(url, clients, events))


async def _hold(url: str, clients: int, events: int) -> None:
    parts = urlsplit(url)
    assert parts.hostname is not None
    host, port = parts.hostname, parts.port or 80
    holding = [Client(parts.netloc, parts.path, events) for _ in range(clients)]
    some = asyncio.Semaphore(CONNECTING_AT_ONCE)
    loop = asyncio.get_running_loop()

    async def connect(client: Client) -> None:
        async with some:
            await loop.create_connection(lambda: client, host, port)
            await client.begun

    async with asyncio.timeout(LONGEST):
        await asyncio.gather(*map(connect, holding))
    print("all hear", flush=True)
    try:
        async with asyncio.timeout(LONGEST):
            await asyncio.gather(*(client.ended for client in holding))
    except TimeoutError:
        print("not all heard all", file=sys.stderr)
    took = [each for client in holding for each in client.took]
    found = sum(len(set(client.heard)) for client in holding)
    print(json.dumps({"took": took, "lost": clients * events - found, "doubled": len(took) - found}), flush=True)
    await asyncio.sleep(LONGEST)  # until it is ended: who hangs up is no part of it


class Client(asyncio.Protocol):
    """A websocket that does no more than it must, so that a thousand of them take little of the machine."""

    def __init__(self, authority: str, path: str, events: int) -> None:
        loop = asyncio.get_running_loop()
        self.begun: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.took: list[int] = []
        """Microseconds of each message."""
        self.heard: list[int] = []
        self._events = events
        self._greeting = (
            f"GET {path} HTTP/1.1\r\nHost: {authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        ).encode()
        self._read = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Upgrades it."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is of no common class
        self._transport.write(self._greeting)

    def data_received(self, data: bytes) -> None:
        """Whole messages; what is left waits for its rest."""
        now = monotonic_ns() // 1_000
        self._read += data
        if not self._is_open:
            head, end, self._read = self._read.partition(b"\r\n\r\n")
            if not end:
                self._read = head
                return
            self._is_open = True
            self._send({"type": "connection_init"})
        while (message := self._message()) is not None:
            self._hear(message, now)

    def _message(self) -> bytes | None:
        read = self._read
        if len(read) < 2:
            return None
        size, begins = read[1], 2
        if size == 126:
            if len(read) < 4:
                return None
            size, begins = struct.unpack_from("!H", read, 2)[0], 4
        if len(read) < begins + size:
            return None
        self._read = read[begins + size :]
        if read[0] == _PING:  # who does not answer is taken for gone
            self._send_frame(_PONG, read[begins : begins + size])
            return self._message()
        return read[begins : begins + size]

    def _hear(self, message: bytes, now: int) -> None:
        if message.startswith(b'{"type":"connection_ack"'):
            self._send({"id": "1", "type": "subscribe", "payload": {"query": SUBSCRIPTION}})
            # What is asked afterwards is answered when the subscription has begun.
            self._send({"id": "2", "type": "subscribe", "payload": {"query": "{ chainTime }"}})
        elif b'"id":"2","type":"complete"' in message or b'"type":"complete","id":"2"' in message:
            self.begun.set_result(None)
        elif slot := _SLOT.search(message):
            self.took.append(now - int(slot[1]))
            self.heard.append(int(_SEQ.search(message)[1]))  # type: ignore[index]  # it is there where a slot is
            if len(self.heard) == self._events:
                self.ended.set_result(None)

    def _send(self, message: object) -> None:
        self._send_frame(_TEXT, json.dumps(message).encode())

    def _send_frame(self, kind: int, text: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(text))
        size = (
            struct.pack("!BB", kind, 0x80 | len(text))
            if len(text) < 126
            else struct.pack("!BBH", kind, 0xFE, len(text))
        )
        self._transport.write(size + mask + masked)


if __name__ == "__main__":
    main()
