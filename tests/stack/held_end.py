"""PostgreSQL behind a port that passes everything on, and keeps the end of a connection back where it is told to.

Between what PostgreSQL says last and the end there is always a moment; here it lasts.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit, urlunsplit

PIECE_BYTES = 1 << 16


class HeldEnd:
    """`url` leads there by the port; `has_ended` is set once PostgreSQL ended a connection and its last words came."""

    def __init__(self, url: str) -> None:
        self.url = ""
        self.has_ended = asyncio.Event()
        self._there = urlsplit(url)
        self._passes_ends = asyncio.Event()
        self._passes_ends.set()

    def hold(self) -> None:
        """From now on ends are kept back."""
        self.has_ended.clear()
        self._passes_ends.clear()

    def let_go(self) -> None:
        """From now on ends are passed on as well, those that were kept first."""
        self._passes_ends.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        there, onwards = await self._connect()
        asking = asyncio.create_task(_pass_on(reader, onwards))
        try:
            await _pass_on(there, writer)
            self.has_ended.set()
            await self._passes_ends.wait()
        finally:
            asking.cancel()
            onwards.close()
            writer.close()

    def listens_on(self, port: int) -> None:
        """The port is known."""
        user = self._there.netloc.rpartition("@")[0]
        self.url = urlunsplit(self._there._replace(netloc=f"{user}@127.0.0.1:{port}".lstrip("@"), query=""))

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        asked = {name: value for name, (value, *_) in parse_qs(self._there.query).items()}
        host, port = asked.get("host", self._there.hostname), int(asked.get("port", self._there.port or 5432))
        if host is not None and host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(PIECE_BYTES):
        writer.write(piece)
        await writer.drain()


@asynccontextmanager
async def held_end(url: str) -> AsyncIterator[HeldEnd]:
    """Such a port before the server of this URL."""
    held = HeldEnd(url)
    async with await asyncio.start_server(held.serve, "127.0.0.1", 0) as server:
        held.listens_on(server.sockets[0].getsockname()[1])
        try:
            yield held
        finally:
            held.let_go()
