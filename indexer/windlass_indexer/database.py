"""The connection to PostgreSQL, and what to tell an operator when there is none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from windlass_indexer import migrations
from windlass_indexer.errors import DatabaseUnreachable
from windlass_indexer.settings import without_password

_CONNECT_SECONDS = 5.0
_POOL_SIZE = 6


@asynccontextmanager
async def migrated_pool(url: str | None) -> AsyncIterator[asyncpg.Pool]:
    """Connections to the database, its tables up to date. Raises DatabaseUnreachable or MigrationError."""
    async with connection(url) as first:
        await migrations.apply(first)
    # JIT: it costs more than these short statements take.
    settings = {"application_name": "windlass-indexer", "jit": "off"}
    async with asyncpg.create_pool(
        url, min_size=1, max_size=_POOL_SIZE, timeout=_CONNECT_SECONDS, server_settings=settings
    ) as pool:
        yield pool


@asynccontextmanager
async def connection(url: str | None) -> AsyncIterator[asyncpg.Connection]:
    """One connection. Raises DatabaseUnreachable, which names the URL (without password) and what to do."""
    try:
        opened = await asyncpg.connect(url, timeout=_CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        where = without_password(url) if url else "where the PG* variables point"
        why = str(error) or f"no answer within {_CONNECT_SECONDS:.0f} s"
        raise DatabaseUnreachable(
            f"PostgreSQL could not be reached at {where}: {why}\n"
            "Start it, or say where it is with --database or DATABASE_URL "
            "(postgresql://user:password@host:5432/database)."
        ) from error
    try:
        yield opened
    finally:
        await opened.close()
