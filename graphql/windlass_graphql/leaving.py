"""Streams that end when the server does: cut off, not complete, so that whoever follows comes back."""

import asyncio

from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send


class Leaving:
    """Whether the server is about to end."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def begin(self) -> None:
        """Ends all streams."""
        self._event.set()

    async def wait(self) -> None:
        """Returns when they are to end."""
        await self._event.wait()


class Stream(StreamingResponse):
    """A stream, as long as the server stays."""

    def __init__(self, stream: Response, leaving: Leaving) -> None:
        assert isinstance(stream, StreamingResponse)
        super().__init__(stream.body_iterator, stream.status_code, background=stream.background)
        self.raw_headers = stream.raw_headers
        self._leaving = leaving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        streaming = asyncio.create_task(super().__call__(scope, receive, noted))
        leaving = asyncio.create_task(self._leaving.wait())
        try:
            await asyncio.wait((streaming, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            was_cut_off = streaming.cancel()
        if not was_cut_off:
            await streaming
            return
        await asyncio.wait((streaming,))
        if begun:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
