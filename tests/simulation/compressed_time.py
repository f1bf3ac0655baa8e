"""An event loop whose clock jumps over waiting: a minute of retries and sweeps takes milliseconds.

What runs on the loop talks to itself (the chain's server and the indexer share it), so when no socket is ready, all
are waiting for a timer, and the clock may go to the next one at once. The one outsider is PostgreSQL: while an answer
of its is due, the clock stands.
"""

import asyncio
import selectors
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any
from unittest.mock import patch

# Loopback hands over at once nearly always; so long (seconds) is waited for the rest before the clock jumps.
_GRACE = 0.0002
# An answer of PostgreSQL that is not there after this long waits for a lock whose holder waits for the clock.
_LOCKED = 0.25
# The clock goes on by no more than this then: PostgreSQL may only be slow, and connecting to it has a time limit.
_LEAP = 0.5
# And one after this is owed by a server that has crashed.
_GIVEN_UP = 5.0
# ReadyForQuery, the message by which PostgreSQL says that it has done all it was asked: type, length, status.
_READY = b"Z\x00\x00\x00\x05"
_TERMINATE = b"X"


class CompressedTime(asyncio.SelectorEventLoop):
    """`time()` is what passes in here, in seconds; `jump` lets some pass at once, as when a machine sleeps."""

    def __init__(self) -> None:
        self._skipped = 0.0
        # Of what was skipped, that which passed because PostgreSQL was slow to answer.
        self.leapt = 0.0
        # Sockets on which PostgreSQL owes an answer, and since when.
        self._owed: dict[int, float] = {}
        super().__init__(_Selector(self))

    def time(self) -> float:
        """Seconds."""
        return super().time() + self._skipped

    def ask(self, number: int) -> None:
        """PostgreSQL owes an answer on this socket."""
        self._owed.setdefault(number, monotonic())

    def answered(self, number: int) -> None:
        """It has come, or will not."""
        self._owed.pop(number, None)

    def waits_for_postgres(self) -> bool:
        """Whether an answer is due that can still be expected."""
        return any(since > monotonic() - _GIVEN_UP for since in self._owed.values())

    def jump(self, seconds: float) -> None:
        """Let this much pass."""
        self._skipped += seconds

    # asyncio has no public place to look at what goes over a socket.
    def _make_socket_transport(self, sock: socket.socket, *arguments: Any, **options: Any) -> Any:
        if sock.family == socket.AF_UNIX and sock.type == socket.SOCK_STREAM:
            sock = _PostgresSocket(self, sock)
        return super()._make_socket_transport(sock, *arguments, **options)  # type: ignore[misc]


@contextmanager
def told_by(loop: CompressedTime) -> Iterator[None]:
    """The indexer's `monotonic` is the loop's clock."""
    with patch_all("monotonic", monotonic, loop.time):
        yield


@contextmanager
def patch_all(name: str, what: Any, instead: Any) -> Iterator[None]:
    """Give `name` another meaning in each of the indexer's modules in which it is `what`."""
    patches = [
        patch.object(module, name, instead)
        for module_name, module in list(sys.modules.items())
        if module_name.startswith("windlass_indexer") and getattr(module, name, None) is what
    ]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


class _Selector(selectors.SelectSelector):
    def __init__(self, loop: CompressedTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None:
            return super().select(None)
        waits = self._loop.waits_for_postgres()
        patience = _LOCKED if waits else _GRACE
        ready = super().select(min(timeout, patience))
        if not ready:
            rest = max(0.0, timeout - patience)
            if waits:
                self._loop.leapt += min(rest, _LEAP)
            self._loop.jump(min(rest, _LEAP) if waits else rest)
        return ready


class _PostgresSocket(socket.socket):
    def __init__(self, loop: CompressedTime, sock: socket.socket) -> None:
        blocking = sock.gettimeout()
        super().__init__(fileno=sock.detach())
        self.settimeout(blocking)
        self._loop = loop
        self._number = self.fileno()

    def send(self, data: Any, flags: int = 0) -> int:
        if bytes(data[:1]) != _TERMINATE:
            self._loop.ask(self._number)
        return super().send(data, flags)

    def recv(self, size: int, flags: int = 0) -> bytes:
        try:
            data = super().recv(size, flags)
        except BlockingIOError:
            raise
        except OSError:
            self._loop.answered(self._number)
            raise
        if not data or data[-6:-1] == _READY:
            self._loop.answered(self._number)
        return data

    def close(self) -> None:
        self._loop.answered(self._number)
        super().close()
