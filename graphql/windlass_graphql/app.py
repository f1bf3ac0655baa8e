"""The ASGI application: /graphql, /healthz, /readyz."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from windlass_graphql.body_limit import BodyLimit
from windlass_graphql.changes import Hub
from windlass_graphql.compiler.documents import Documents
from windlass_graphql.compiler.endpoint import CompiledQueries
from windlass_graphql.database import Database
from windlass_graphql.errors import ApiError
from windlass_graphql.listener import Listener
from windlass_graphql.schema import graphql_schema, schema
from windlass_graphql.subscription import Context

LARGEST_BODY = 262_144
"""Bytes of a request: the document and its variables."""


class GraphQLEndpoint(GraphQL[Context, None]):
    """Strawberry's endpoint with our context and a faster JSON encoder."""

    def __init__(self, context: Context, allowed_origins: tuple[str, ...]) -> None:
        super().__init__(
            schema,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=10),
            allowed_origins=allowed_origins,
        )
        self._context = context

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """One for all: what belongs to an operation is in its root value."""
        return self._context

    def encode_json(self, data: object) -> str:
        """As text: graphql-transport-ws knows no binary messages."""
        return orjson.dumps(data).decode()


def create_app(database: Database, cors_origins: tuple[str, ...] = ()) -> Starlette:
    """The service over an open database. Pages of other origins may ask only where they are named."""
    hub = Hub()
    listener = Listener(database, hub)
    endpoint = GraphQLEndpoint(Context(database, hub), cors_origins)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(listener.run(), name="listener")
        try:
            async with asyncio.timeout(10):
                await listener.wait_until_listening()
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        checks = await _readiness(database, listener)
        ready = all(value == "ok" for value in checks.values())
        return JSONResponse(
            {"status": "ready" if ready else "not ready", "checks": dict(checks)}, status_code=200 if ready else 503
        )

    middleware: list[Any] = [
        Middleware(BodyLimit, largest=LARGEST_BODY),
        Middleware(CompiledQueries, database=database, documents=Documents(graphql_schema), path="/graphql"),
    ]
    if cors_origins:
        middleware.insert(
            0,
            Middleware(
                CORSMiddleware,
                allow_origins=list(cors_origins),
                allow_methods=["GET", "POST"],
                allow_headers=["content-type"],
                max_age=600,
            ),
        )
    return Starlette(
        routes=[
            Route("/graphql", endpoint, methods=["GET", "POST"]),
            WebSocketRoute("/graphql", endpoint),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
        middleware=middleware,
        lifespan=lifespan,
    )


async def _readiness(database: Database, listener: Listener) -> Mapping[str, str]:
    try:
        missing = await database.missing_tables()
    except ApiError as error:
        return {"database": str(error)}
    return {
        "database": "ok",
        "migrations": "run `windlass-indexer migrate`" if missing else "ok",
        "changes": "ok" if listener.is_listening else "the connection for changes is being restored",
    }
