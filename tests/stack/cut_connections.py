"""A port that passes everything on to another one, and cuts all that runs through it every so often."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from stack.background_loop import loop_in_a_thread

PIECE_BYTES = 1 << 16


class CutConnections:
    """Listens on a free port of loopback. `cuts` are the connections that were cut."""

    def __init__(self, port: int, every_seconds: float) -> None:
        self.cuts = 0
        self.port = 0
        self._target = port
        self._every_seconds = every_seconds
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._cutter: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, and begin to cut."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._cutter = asyncio.create_task(self._cut())

    async def stop(self) -> None:
        """Cut what is left, and listen no more."""
        assert self._server is not None
        assert self._cutter is not None
        self._cutter.cancel()
        with suppress(asyncio.CancelledError):
            await self._cutter
        self._server.close()
        self._abort()
        await self._server.wait_closed()

    async def _cut(self) -> None:
        while True:
            await asyncio.sleep(self._every_seconds)
            self.cuts += len(self._open) // 2  # of each connection both ends are held
            self._abort()

    def _abort(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, onwards = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:  # the node is restarting
            writer.transport.abort()
            return
        ends = {writer, onwards}
        self._open |= ends
        try:
            await asyncio.gather(_pass_on(reader, onwards), _pass_on(there, writer))
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    writer.transport.abort()


@contextmanager
def cut_connections(port: int, every_seconds: float) -> Iterator[CutConnections]:
    """Such a port before `port`, in a thread of its own."""
    with loop_in_a_thread() as run:
        cutting = CutConnections(port, every_seconds)
        run(cutting.start())
        try:
            yield cutting
        finally:
            run(cutting.stop())
