"""The ASGI application: the actions, /actions.json, /commands/openapi.json, /healthz, /readyz."""

from __future__ import annotations

import re

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windlass_commands.errors import CommandError
from windlass_commands.service.endpoint import Service, routes
from windlass_commands.service.metadata import ICON, ICON_SVG, actions_json
from windlass_commands.service.openapi import openapi
from windlass_commands.service.rates import Buckets, LimitRates
from windlass_commands.service.refusals import INTERNAL, Refusal, refusal_of

ACTION_VERSION = "2.4"
"""Of the Solana Actions specification."""
EXPOSED = ["X-Action-Version", "X-Blockchain-Ids", "Retry-After"]
ACCEPTED = [
    "Content-Type",
    "Authorization",
    "Content-Encoding",
    "Accept-Encoding",
    "X-Accept-Action-Version",
    "X-Accept-Blockchain-Ids",
]
OK = "ok"


def create_app(service: Service, buckets: Buckets, origins: tuple[str, ...], chain: str) -> Starlette:
    """The service. Pages may ask only where their origin is named; `chain` is its CAIP-2 id."""
    described = orjson.dumps(openapi())

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        checks = await _checks(service)
        ready = all(value == OK for value in checks.values())
        return JSONResponse({"status": "ready" if ready else "not ready", "checks": checks}, 200 if ready else 503)

    async def openapi_json(_: Request) -> Response:
        return Response(described, media_type="application/json")

    async def rules(_: Request) -> Response:
        return JSONResponse(actions_json())

    async def icon(_: Request) -> Response:
        return Response(ICON_SVG, media_type="image/svg+xml")

    return Starlette(
        routes=[
            *routes(service),
            Route("/actions.json", rules),
            Route(ICON, icon),
            Route("/commands/openapi.json", openapi_json),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
        middleware=[
            *([_cors(origins)] if origins else []),
            Middleware(TellChain, chain=chain),
            Middleware(LimitRates, buckets=buckets),
        ],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )


async def _checks(service: Service) -> dict[str, str]:
    checks = {"node": OK, "log": OK}
    for name, look in (("node", service.rpc.slot), ("log", service.log.check)):
        try:
            await look()
        except CommandError as error:
            checks[name] = refusal_of(error).message
    return checks


def _cors(origins: tuple[str, ...]) -> Middleware:
    any_port = [re.escape(each.removesuffix(":*")) + r":\d{1,5}" for each in origins if each.endswith(":*")]
    return Middleware(
        CORSMiddleware,
        allow_origins=[each for each in origins if not each.endswith(":*")],
        allow_origin_regex="|".join(any_port) or None,
        allow_methods=["GET", "POST", "PUT"],  # as Solana Actions ask for
        allow_headers=ACCEPTED,
        expose_headers=EXPOSED,
        max_age=600,
    )


class TellChain:
    """Each answer says which version of Solana Actions and which chain it is for."""

    def __init__(self, app: ASGIApp, chain: str) -> None:
        self._app = app
        self._headers = [(b"x-action-version", ACTION_VERSION.encode()), (b"x-blockchain-ids", chain.encode())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        await self._app(scope, receive, told)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        expected = headers.get("Allow", "another method")
        return Refusal(405, f"{request.method} is not answered here; expected {expected}.").response(**headers)
    if error.status_code == 404:
        return Refusal(404, "There is nothing here; /commands/openapi.json tells what there is.").response()
    return Refusal(error.status_code, str(error.detail)).response(**headers)


async def _failed(_: Request, __: Exception) -> Response:
    """Starlette raises it again, for the server to log."""
    return Refusal(500, INTERNAL).response()
