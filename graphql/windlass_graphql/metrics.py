"""What Prometheus reads at /metrics."""

from functools import cache
from time import perf_counter

from prometheus_client import Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windlass_graphql.database import Database
from windlass_graphql.errors import ApiError
from windlass_graphql.listener import Listener

GRAPHQL = "/graphql"
ELSEWHERE = "other"
"""Whatever is no route: its paths are the clients' inventions."""

_REQUESTS = Counter("windlass_graphql_requests", "HTTP requests answered.", ["route", "status"])
_SECONDS = Histogram(
    "windlass_graphql_request_seconds",
    "Time from a request to the end of its answer.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_WEBSOCKETS = Gauge("windlass_graphql_websockets", "Websockets that are open.")
SHARED = Gauge("windlass_graphql_shared_subscriptions", "Subscriptions carried out once for all who ask the same.")
SUBSCRIBERS = Gauge("windlass_graphql_shared_subscribers", "Clients that hear those.")
_CONNECTIONS = Gauge("windlass_graphql_database_connections", "Connections to PostgreSQL, the pool's.", ["state"])
_DATABASE_UP = Gauge("windlass_graphql_database_up", "Whether PostgreSQL answered just now.")
_LISTENING = Gauge("windlass_graphql_listening", "Whether changes arrive from PostgreSQL at the moment.")
_HEARD = Gauge("windlass_graphql_heard", "The number of the newest entry that subscribers were told of.", ["feed"])
_LAG = Gauge("windlass_indexer_lag_slots", "Confirmed slots that the indexer has not read yet.")
_SILENCE = Gauge("windlass_indexer_silence_seconds", "Since the indexer last told of the chain.")
_VERIFIED_UP_TO = Gauge("windlass_indexer_verified_up_to_slot", "All events up to here agreed with the chain.")
_STREAMS = Gauge("windlass_indexer_streams", "Event streams.", ["state"])
_ERRORS = Counter("windlass_graphql_errors", "Errors told to clients.", ["code"])


def count_error(code: str) -> None:
    """An error that a client is told."""
    _ERRORS.labels(code).inc()


@cache
def _of_route(route: str, status: int) -> tuple[Histogram, Counter]:
    """Looked up once: the library does so under a lock, and there are few."""
    return _SECONDS.labels(route), _REQUESTS.labels(route, status or "none")


class Measured:
    """Counts and times requests, by the route that answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "websocket":
            with _WEBSOCKETS.track_inprogress():
                await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        begun = perf_counter()
        try:
            await self._app(scope, receive, noted)
        finally:
            # Compiled queries are answered before any route is looked for.
            route = GRAPHQL if scope["path"] == GRAPHQL else getattr(scope.get("route"), "path", ELSEWHERE)
            seconds, requests = _of_route(route, status)
            seconds.observe(perf_counter() - begun)
            requests.inc()


class Metrics:
    """The page."""

    def __init__(self, database: Database, listener: Listener) -> None:
        self._database = database
        self._listener = listener

    async def page(self, _: Request) -> Response:
        """What was counted, and what is so at this moment."""
        open_, idle = self._database.connections
        _CONNECTIONS.labels("busy").set(open_ - idle)
        _CONNECTIONS.labels("idle").set(idle)
        _LISTENING.set(self._listener.is_listening)
        for feed, number in self._listener.heard.items():
            _HEARD.labels(feed).set(number)
        try:
            (row,) = await self._database.fetch("indexer_state")
        except ApiError:
            _DATABASE_UP.set(0)
        else:
            _DATABASE_UP.set(1)
            for gauge, value in ((_LAG, row["lag_slots"]), (_SILENCE, row["silence"])):
                gauge.set(float("nan") if value is None else value)
            _VERIFIED_UP_TO.set(row["verified_up_to_slot"])
            for state in ("total", "verified", "disagreeing"):
                _STREAMS.labels(state).set(row[state])
        return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4})
