"""Server-sent events whose ids are cursors: a browser's EventSource sends the last one when it comes back (HTML, 9.2).

So it goes on where it was cut off, by itself, whatever `after` the address says that it began with.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from windlass_graphql.context import Context

Texts = Callable[[], AsyncIterator[str]]
"""A stream's events, each whole and as text."""
_MESSAGE = "event: next\r\n"


def of_stream(context: Context, request: Request | WebSocket | Response) -> Context:
    """The context of a request that is answered with a stream of events; any other one's stays as it is."""
    if not isinstance(request, Request) or "text/event-stream" not in request.headers.get("accept", "").lower():
        return context
    told: deque[str | None] = deque()
    request.state.told = told
    return replace(context, last_heard=request.headers.get("last-event-id") or None, told=told)


def with_ids(request: Request | WebSocket, texts: Texts) -> Texts:
    """The same events, each message with its cursor as id."""
    told: deque[str | None] | None = getattr(request.state, "told", None)
    if told is None:
        return texts

    async def identified() -> AsyncIterator[str]:
        async for text in texts():
            cursor = told.popleft() if told and text.startswith(_MESSAGE) else None
            yield f"id: {cursor}\r\n{text}" if cursor else text

    return identified
