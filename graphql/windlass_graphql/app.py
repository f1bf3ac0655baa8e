"""The ASGI application: /graphql, /healthz, /readyz."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from windlass_graphql.body_limit import BodyLimit
from windlass_graphql.changes import Hub
from windlass_graphql.compiler.documents import Documents
from windlass_graphql.compiler.endpoint import CompiledQueries
from windlass_graphql.database import Database
from windlass_graphql.errors import ApiError
from windlass_graphql.graphql_endpoint import GraphQLEndpoint
from windlass_graphql.listener import Listener
from windlass_graphql.persisted import PersistedQueries
from windlass_graphql.rate_limit import LimitRates, RateLimit
from windlass_graphql.schema import graphql_schema
from windlass_graphql.subscription import Context

LARGEST_BODY = 262_144
"""Bytes of a request: the document and its variables."""


def create_app(
    database: Database, persisted: PersistedQueries, rates: RateLimit, cors_origins: tuple[str, ...]
) -> Starlette:
    """The service over an open database. Pages of other origins may ask only where they are named."""
    hub = Hub()
    listener = Listener(database, hub)
    endpoint = GraphQLEndpoint(Context(database, hub), persisted, rates, cors_origins)

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
        Middleware(LimitRates, rates=rates),
        Middleware(BodyLimit, largest=LARGEST_BODY),
        Middleware(
            CompiledQueries,
            database=database,
            documents=Documents(graphql_schema),
            persisted=persisted,
            rates=rates,
            path="/graphql",
        ),
    ]
    if cors_origins:
        middleware.insert(
            0,
            Middleware(
                CORSMiddleware,
                allow_origins=list(cors_origins),
                allow_methods=["GET", "POST"],
                allow_headers=["content-type"],
                expose_headers=["retry-after"],
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
