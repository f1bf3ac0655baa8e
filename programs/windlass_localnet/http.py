"""The HTTP endpoint: JSON-RPC by POST, with the validator's rules for bodies and content types."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from windlass_localnet.chain import Chain
from windlass_localnet.rpc import dispatch

MAX_REQUEST_BODY_SIZE = 51_200


def create_app(chain: Chain) -> Starlette:
    """The ASGI application that answers for a chain."""

    async def rpc(request: Request) -> Response:
        if request.method != "POST":
            text = "Used HTTP Method is not allowed. POST or OPTIONS is required\n"
            return PlainTextResponse(text, 405)
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if content_type != "application/json":
            text = "Supplied content type is not allowed. Content-Type: application/json is required\n"
            return PlainTextResponse(text, 415)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_REQUEST_BODY_SIZE:
                return PlainTextResponse("request body size exceeds allowed maximum", 413)
        return Response(dispatch(chain, bytes(body)), media_type="application/json")

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/", rpc, methods=["GET", "POST", "PUT", "DELETE", "PATCH"]),
        ],
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_headers=["*"])],
    )
