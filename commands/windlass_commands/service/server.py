"""The process: binds, says where, serves, and ends soon after SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import uvicorn

from windlass_commands.errors import ProcessFailed
from windlass_commands.rpc import Rpc
from windlass_commands.service.app import create_app
from windlass_commands.service.command_log import open_log
from windlass_commands.service.endpoint import Service
from windlass_commands.service.rates import Buckets
from windlass_commands.service.settings import ServiceSettings

LAST_SECONDS = 5
"""That requests get to be answered once the process is told to end."""
NODE_SECONDS = 10
KEEP_ALIVE_SECONDS = 15
CHAIN_ID_CHARACTERS = 32
"""Of a genesis hash, which CAIP-2 names a Solana cluster by."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_ready()


async def serve(settings: ServiceSettings, announce: Callable[[str], None], as_json: bool, wait: float) -> None:
    """Serve until SIGTERM or SIGINT; waits so many seconds for the log's table. Raises RpcError, ProcessFailed."""
    async with Rpc(settings.rpc_url, timeout=NODE_SECONDS) as rpc, open_log(settings.database_url, wait) as log:
        chain = f"solana:{(await rpc.genesis_hash())[:CHAIN_ID_CHARACTERS]}"
        service = Service(rpc, settings.program_id, log, settings.timeout)
        buckets = Buckets(settings.rate_limit, settings.rate_burst)
        listening = _bind(settings.host, settings.port)
        host, port = listening.getsockname()[:2]
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        config = uvicorn.Config(
            create_app(service, buckets, settings.cors_origins, chain),
            ws="none",
            forwarded_allow_ips=list(settings.trusted_proxies),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=LAST_SECONDS,
        )
        server = _Server(config, lambda: announce(_ready_line(url, as_json)))
        # uvicorn raises the signal again once it has shut down; that is to be a plain end.
        signal.signal(signal.SIGTERM, lambda *_: None)
        await server.serve(sockets=[listening])


def run(settings: ServiceSettings, announce: Callable[[str], None], as_json: bool, wait: float) -> None:
    """`serve` in an event loop of its own."""
    _configure_logs(settings.log_level, settings.log_format)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(settings, announce, as_json, wait))


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, port))
        except OSError:
            listening.close()
            raise
        return listening
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error)
        raise ProcessFailed(
            f"Cannot listen on {host}:{port} ({reason}); choose another --port (0 takes a free one)."
        ) from error


def _ready_line(url: str, as_json: bool) -> str:
    if as_json:
        return json.dumps({"event": "ready", "url": url, "pid": os.getpid()})
    return f"Commands, as unsigned transactions: {url}"


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields)


def _configure_logs(level: str, style: str) -> None:
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if style == "json" else text)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # What uvicorn and the HTTP client say of every start and request is no news.
    for name in ("uvicorn", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
