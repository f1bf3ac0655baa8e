"""Everything of one chain on one event loop: slots, HTTP, websocket, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvicorn
from solders.keypair import Keypair

from windlass_localnet.bank import Bank
from windlass_localnet.chain import Chain
from windlass_localnet.errors import StartError
from windlass_localnet.http import create_app
from windlass_localnet.websocket.server import WebsocketServer


@dataclass(frozen=True)
class Endpoints:
    """Where clients find the chain."""

    rpc_url: str
    ws_url: str


class _HttpServer(uvicorn.Server):
    """uvicorn without its signal handlers (`serve` below has its own), and with an event once it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(address: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises StartError."""
    try:
        family = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0][0]
        # Named so that asyncio knows it for TCP and sets TCP_NODELAY: without, an answer takes 40 ms.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
        bound.listen(1024)
    except (OSError, OverflowError) as error:
        cause = error.strerror if isinstance(error, OSError) else error
        raise StartError(
            f"cannot listen on {address}:{port}: {cause}; choose another port, or 0 for a free one"
        ) from error
    bound.setblocking(False)
    return bound


async def serve(
    bank: Bank,
    rpc_socket: socket.socket,
    ws_socket: socket.socket,
    queue_capacity: int,
    ready: Callable[[Endpoints], None],
) -> None:
    """Run until SIGTERM or SIGINT. `ready` is called once both endpoints accept connections."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    chain = Chain(bank, Keypair().pubkey())
    # Idle clients keep their connections for a minute: one closed just before a request is an error there.
    config = uvicorn.Config(
        create_app(chain),
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    http = _HttpServer(config)
    websocket = await WebsocketServer(chain, queue_capacity).start(ws_socket)
    http_task = asyncio.create_task(http.serve(sockets=[rpc_socket]))
    await http.ready.wait()
    slots = asyncio.create_task(chain.run())
    ready(Endpoints(_url("http", rpc_socket), _url("ws", ws_socket)))
    stopped = asyncio.create_task(stop.wait())
    # A task that ends by itself has failed: its error is raised below.
    await asyncio.wait((stopped, slots, http_task), return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in (slots, http_task) if task.done()]
    slots.cancel()
    websocket.close(close_connections=True)
    http.should_exit = True
    http.force_exit = True
    await asyncio.gather(slots, http_task, return_exceptions=True)
    for task in failed:
        task.result()


def _url(scheme: str, bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
