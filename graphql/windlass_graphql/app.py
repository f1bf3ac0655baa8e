"""The ASGI application: dashboard, /graphql, the REST reads and their /openapi.json, /healthz, /readyz, /metrics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from windlass_graphql import dashboard_page, graphiql_page
from windlass_graphql.body_limit import BodyLimit
from windlass_graphql.changes import Hub
from windlass_graphql.compiler.documents import Documents
from windlass_graphql.compiler.endpoint import CompiledQueries
from windlass_graphql.context import Context
from windlass_graphql.database import Database
from windlass_graphql.graphql_endpoint import GraphQLEndpoint
from windlass_graphql.leaving import Leaving
from windlass_graphql.listener import Listener
from windlass_graphql.masking import INTERNAL
from windlass_graphql.metrics import Measured, Metrics
from windlass_graphql.persisted import PersistedQueries
from windlass_graphql.rate_limit import LimitRates, RateLimit
from windlass_graphql.readiness import OK, readiness
from windlass_graphql.refusals import refusal
from windlass_graphql.rest import endpoint as rest
from windlass_graphql.rest.openapi import openapi
from windlass_graphql.schema import graphql_schema

LARGEST_BODY = 262_144
"""Bytes of a request: the document and its variables."""


def create_app(
    database: Database,
    persisted: PersistedQueries,
    rates: RateLimit,
    cors_origins: tuple[str, ...],
    largest_lag: int,
    leaving: Leaving,
    commands_url: str | None,
) -> Starlette:
    """The service over an open database. Pages of other origins may ask only where they are named; the largest lag of
    the indexer at which it is ready is in seconds; the dashboard sends wallets to the command service, where it is
    told its address.
    """
    hub = Hub()
    listener = Listener(database, hub)
    documents = Documents(graphql_schema)
    persisted = persisted.and_also(dashboard_page.documents().values())
    described = orjson.dumps(openapi(graphql_schema))
    endpoint = GraphQLEndpoint(Context(database, hub), persisted, rates, cors_origins, leaving)

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
        checks = await readiness(database, listener, largest_lag)
        ready = all(value == OK for value in checks.values())
        return JSONResponse(
            {"status": "ready" if ready else "not ready", "checks": dict(checks)}, status_code=200 if ready else 503
        )

    async def openapi_json(_: Request) -> Response:
        return Response(described, media_type="application/json")

    middleware: list[Any] = [
        Middleware(Measured),
        Middleware(LimitRates, rates=rates),
        Middleware(BodyLimit, largest=LARGEST_BODY),
        Middleware(
            CompiledQueries,
            database=database,
            documents=documents,
            persisted=persisted,
            rates=rates,
            path="/graphql",
        ),
    ]
    if cors_origins:
        middleware.insert(
            1,
            Middleware(
                CORSMiddleware,
                allow_origins=list(cors_origins),
                allow_methods=["GET", "POST"],
                allow_headers=["content-type", "last-event-id"],
                expose_headers=["retry-after"],
                max_age=600,
            ),
        )
    return Starlette(
        routes=[
            Route("/graphql", endpoint, methods=["GET", "POST"]),
            WebSocketRoute("/graphql", endpoint),
            *rest.routes(database, documents, rates),
            Route("/openapi.json", openapi_json),
            graphiql_page.assets(),
            *dashboard_page.routes(commands_url),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", Metrics(database, listener).page),
        ],
        middleware=middleware,
        exception_handlers={HTTPException: _refused, Exception: _failed},
        lifespan=lifespan,
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        message = f"{request.method} is not answered here; expected {(error.headers or {}).get('Allow', 'another')}"
        return refusal(405, "METHOD_NOT_ALLOWED", message, error.headers)
    return refusal(error.status_code, "NOT_FOUND", "there is nothing here; /openapi.json tells what there is")


async def _failed(_: Request, __: Exception) -> Response:
    """Starlette raises it again, for the server to log."""
    return refusal(500, "INTERNAL", INTERNAL)
