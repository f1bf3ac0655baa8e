"""The process: binds, says where, serves, and ends within a second of SIGTERM."""

import gc
import json
import os
import signal
import socket
from collections.abc import Callable

import uvicorn

from windlass_graphql.app import create_app
from windlass_graphql.database import open_database
from windlass_graphql.errors import StartupError
from windlass_graphql.leaving import Leaving
from windlass_graphql.persisted import PersistedQueries, load
from windlass_graphql.pushing import PushingProtocol
from windlass_graphql.rate_limit import RateLimit
from windlass_graphql.schema import graphql_schema
from windlass_graphql.settings import Settings

_LARGEST_MESSAGE = 65_536
"""Bytes a websocket client may send at once."""
_LAST_WORDS = 0.5
"""Seconds that websocket clients get to answer the goodbye."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None], leaving: Leaving) -> None:
        super().__init__(config)
        self._when_ready = when_ready
        self._leaving = leaving

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Requests that never end of themselves would be waited for."""
        self._leaving.begin()
        await super().shutdown(sockets)


async def serve(settings: Settings, announce: Callable[[str], None], as_json: bool, wait: float = 0.0) -> None:
    """Serves until SIGTERM or SIGINT; waits so many seconds for the tables. Raises StartupError."""
    persisted = (
        load(settings.persisted_queries, graphql_schema, settings.only_persisted_queries)
        if settings.persisted_queries
        else PersistedQueries({})
    )
    rates = RateLimit(settings.rate_limit, settings.rate_burst)
    async with open_database(settings.database_url, wait) as database:
        listening = _bind(settings.host, settings.port)
        host, port = listening.getsockname()[:2]
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        leaving = Leaving()
        config = uvicorn.Config(
            create_app(
                database,
                persisted,
                rates,
                settings.cors_origins,
                settings.largest_lag,
                leaving,
                settings.commands_url,
            ),
            ws=PushingProtocol,
            ws_max_size=_LARGEST_MESSAGE,
            ws_per_message_deflate=False,  # small messages: compressing costs more time than it saves
            forwarded_allow_ips=list(settings.trusted_proxies),
            log_config=None,
            access_log=False,
            lifespan="on",
        )
        config.timeout_graceful_shutdown = _LAST_WORDS  # type: ignore[assignment]  # uvicorn only hands it to wait_for
        server = _Server(config, lambda: announce(_ready_line(authority, as_json)), leaving)
        # The schema and the code stay: a collection that walked all of it would hold everyone up for 100 ms.
        gc.collect()
        gc.freeze()
        # uvicorn raises the signal again once it has shut down; that is to be a plain end.
        signal.signal(signal.SIGTERM, lambda *_: None)
        await server.serve(sockets=[listening])
        if not server.started:
            raise StartupError("The service could not start; the log says why.")


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # asyncio turns Nagle's algorithm off only where the protocol is named; with it, answers wait for 40 ms.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, port))
        except OSError:
            listening.close()
            raise
        return listening
    except OSError as error:
        raise StartupError(
            f"Cannot listen on {host}:{port} ({_reason(error)}); choose another --port (0 takes a free one)."
        ) from error


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error.strerror or error)


def _ready_line(authority: str, as_json: bool) -> str:
    if as_json:
        return json.dumps(
            {
                "event": "ready",
                "url": f"http://{authority}",
                "dashboard": f"http://{authority}/",
                "graphql": f"http://{authority}/graphql",
                "websocket": f"ws://{authority}/graphql",
                "pid": os.getpid(),
            }
        )
    return (
        f"The dashboard: http://{authority}/\nGraphQL (open it in a browser for GraphiQL): http://{authority}/graphql"
    )
