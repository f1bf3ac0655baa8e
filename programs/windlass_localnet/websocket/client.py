"""One websocket connection: a bounded queue, and what it is subscribed to."""

from __future__ import annotations

import asyncio

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed


class Client:
    """Messages wait in a bounded queue; a client that lets it fill up is cut off, as the validator does."""

    def __init__(self, connection: ServerConnection, capacity: int) -> None:
        self._connection = connection
        self._queue: asyncio.Queue[str] = asyncio.Queue(capacity)
        self.subscriptions: set[int] = set()

    def send(self, message: str) -> None:
        """Queue a message. Without room the connection is closed with no close frame."""
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self._connection.transport.abort()

    async def write(self) -> None:
        """Send what is queued, until the connection is gone."""
        try:
            while True:
                await self._connection.send(await self._queue.get())
        except ConnectionClosed:
            return
