"""Somebody's webhook: a real HTTP server that takes alerts, refuses them or says nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from windlass_indexer.webhooks import Webhook

SECRET = "correct horse battery staple, and more"
PATH = "/services/T0/B0/a-secret-of-its-own"


@dataclass
class Receiver:
    """An HTTP server on a port of its own that keeps what it took. `answer`: its status; None: it never answers."""

    port: int = 0
    answer: int | None = 204
    requests: int = 0
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Receiver"]:
        """On the same port each time."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in list(self._open):
                writer.close()
            await server.wait_closed()

    def webhook(self, name: str = "ops") -> Webhook:
        return Webhook(name, f"http://127.0.0.1:{self.port}{PATH}", SECRET)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                request, *lines = head.decode().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines if line)
                body = await reader.readexactly(int(headers["content-length"]))
                self.requests += 1
                assert request.startswith(f"POST {PATH} ")
                if self.answer is None:
                    continue
                if self.answer < 300:
                    self.taken.append((headers, body))
                writer.write(f"HTTP/1.1 {self.answer} .\r\ncontent-length: 0\r\nlocation: /elsewhere\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(body) for _, body in self.taken]
