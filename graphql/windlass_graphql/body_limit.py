"""A bound on what a request may send."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windlass_graphql.refusals import refusal


class _TooLarge(Exception):
    """More arrived than is allowed."""


class BodyLimit:
    """Answers 413 to larger bodies, whether they say their length or not."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._largest:
                raise _TooLarge
            return message

        try:
            await self._app(scope, bounded, send)
        except _TooLarge:
            message = f"the request has more than the allowed {self._largest} bytes"
            await refusal(413, "TOO_LARGE", message)(scope, receive, send)
