"""A real PostgreSQL of the simulation's own, which it may kill and start again, and databases with tables in it."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import asyncpg
from stack.postgres import create_template, database_url
from windlass_commands.dev.postgres import EmbeddedPostgres
from windlass_commands.dev.processes import Supervisor

_names = count()
# All but what a migration has written.
_TABLES = """
    SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN ('schema_migrations', 'leadership')
"""


class Server:
    """Started in a loop of its own time; `crash` is a crash of the server, which recovers when it starts again."""

    def __init__(self) -> None:
        self._supervisor = Supervisor(lambda name, line: None)
        self._embedded = EmbeddedPostgres(self._supervisor)
        self.url = ""
        self._template = ""
        self._free: list[str] = []

    async def start(self) -> None:
        """And make the template of the databases."""
        self.url = await self._embedded.start()
        self._template = await create_template(self.url)

    async def stop(self) -> None:
        """And delete its files."""
        await self._supervisor.stop()
        await self._embedded.remove()

    async def crash(self) -> None:
        """All sessions end at once and what was not committed is gone; comes back within a second or so."""
        (child,) = self._supervisor.children
        os.kill(child.process.pid, signal.SIGQUIT)
        await child.process.wait()
        self._supervisor.children.clear()
        await self._embedded.start()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The URL of a migrated one without a row; afterwards it is emptied for the next."""
        url = await self.take()
        yield url
        await self.give_back(url)

    async def take(self) -> str:
        """As `database`, for who gives it back on another loop."""
        return self._free.pop() if self._free else await self._created()

    async def give_back(self, url: str) -> None:
        """Whoever is still connected is not any more."""
        await self.end_sessions(url)
        await self._empty(url)
        self._free.append(url)

    async def _created(self) -> str:
        name = f"simulated_{next(_names)}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return database_url(self.url, name)

    async def _empty(self, url: str) -> None:
        """Row by row: for as few as these, that takes a tenth of the time of TRUNCATE, or of another database."""
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("SET session_replication_role = replica")  # foreign keys, in no order
            await connection.execute("SET synchronous_commit = on")  # or the next crash brings the rows back
            tables = [row["tablename"] for row in await connection.fetch(_TABLES)]
            await connection.execute(";".join(f"DELETE FROM {table}" for table in tables))  # noqa: S608
        finally:
            await connection.close()

    async def end_sessions(self, database: str) -> None:
        """As an administrator would, or a failover."""
        name = database.partition("?")[0].rpartition("/")[2]
        await self._execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
        )

    async def _execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()
