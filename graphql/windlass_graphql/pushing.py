"""Websockets that can be written to without waiting: what many are told at once is made once, and no one waits."""

import struct
from collections.abc import Callable
from typing import TypeAlias

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

PUSH = "windlass.push"
"""The extension's name in an ASGI scope."""
MOST_UNREAD = 262_144
"""Bytes that may wait for a client to read them, beside what the operating system holds."""
Push: TypeAlias = Callable[[bytes], bool]
"""Sends a frame; False where the client has too much to read already."""
_TEXT = 0x81
"""First byte of a text message of one frame."""


def frame(text: bytes) -> bytes:
    """A text message from a server, as RFC 6455 5.2 has it."""
    size = len(text)
    if size < 126:
        return struct.pack("!BB", _TEXT, size) + text
    if size < 65_536:
        return struct.pack("!BBH", _TEXT, 126, size) + text
    return struct.pack("!BBQ", _TEXT, 127, size) + text


class PushingProtocol(WebSocketsSansIOProtocol):
    """uvicorn's, with a way past ASGI's `send`, which is a coroutine and a frame made anew for each client."""

    def handle_connect(self, event: Request) -> None:
        """Offers it to the application."""
        super().handle_connect(event)
        if self.handshake_initiated and not self.close_sent:
            extensions: dict[str, object] = self.scope["extensions"]  # type: ignore[assignment]  # uvicorn's own only
            extensions[PUSH] = self.push

    def push(self, frame: bytes) -> bool:
        """Writes a whole frame. Nothing is sent to who has gone: the application is told so by `receive`."""
        if self.disconnected or self.close_sent or self.transport.is_closing():
            return True
        if self.transport.get_write_buffer_size() > MOST_UNREAD:
            return False
        self.transport.write(frame)
        return True
