"""A proxy that lets requests through and refuses websockets, as some between people and the page do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class RefusingProxy:
    """Where it answers, how many websockets it refused, and what it holds open."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname, parts.port)
        self._open: set[asyncio.StreamWriter] = set()
        self.url = ""
        self.refused = 0

    def cut(self) -> None:
        """All connections at once, whatever is on its way."""
        for each in tuple(self._open):
            each.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; what comes after its first request goes through unseen."""
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            if b"upgrade: websocket" in head.lower():
                self.refused += 1
                writer.write(REFUSED)
                await writer.drain()
            else:
                await self._through(head, reader, writer)
        writer.close()

    async def _through(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering, asking = await asyncio.open_connection(*self._upstream)
        ends = {writer, asking}
        self._open |= ends
        try:
            asking.write(head)
            async with asyncio.TaskGroup() as both:
                both.create_task(_pass_on(reader, asking))
                both.create_task(_pass_on(answering, writer))
        finally:
            self._open -= ends
            asking.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await reader.read(65_536):
            writer.write(part)
            await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def refusing_proxy(upstream: str) -> AsyncIterator[RefusingProxy]:
    """Before the server at this address, as long as it is used."""
    proxy = RefusingProxy(upstream)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    proxy.url = f"http://{host}:{port}/"
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()
