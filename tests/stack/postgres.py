"""A real PostgreSQL for the tests: the one that DATABASE_URL names, else an embedded one that ends with the run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from stack.background_loop import loop_in_a_thread
from windlass_commands.dev.postgres import EmbeddedPostgres
from windlass_commands.dev.processes import Supervisor
from windlass_indexer import migrations

_names = count()


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yields the URL of a server on which databases may be made."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with loop_in_a_thread() as run:
        supervisor = Supervisor(lambda name, line: None)
        server = EmbeddedPostgres(supervisor)
        try:
            yield run(server.start())
        finally:
            run(supervisor.stop())
            run(server.remove())


async def create_template(server: str) -> str:
    """Makes a migrated database that the others are copied from; gives its name.

    One process at a time on a server: roles are the whole server's, and two that make the same one collide.
    """
    template = f"windlass_template_{os.getpid()}"
    turn = await asyncpg.connect(server)
    try:
        await turn.execute("SELECT pg_advisory_lock(hashtext('windlass_template'))")
        await turn.execute(f"CREATE DATABASE {template}")
        connection = await asyncpg.connect(database_url(server, template))
        try:
            await migrations.apply(connection)
        finally:
            await connection.close()
    finally:
        await turn.close()
    return template


async def create_database(server: str, template: str) -> str:
    """Makes a fresh migrated database; gives its name."""
    name = f"windlass_test_{os.getpid()}_{next(_names)}"
    await _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


async def drop_database(server: str, name: str) -> None:
    """Drops it, whoever is still connected."""
    await _execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def database_url(server: str, name: str) -> str:
    """The server's URL with another database."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


async def _execute(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
