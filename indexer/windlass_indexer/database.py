"""The connection to PostgreSQL, and what to tell an operator when there is none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from windlass_indexer import migrations
from windlass_indexer.errors import DatabaseUnreachable
from windlass_indexer.retries import SESSION_LOST, is_retryable, persistently
from windlass_indexer.settings import without_password

_CONNECT_SECONDS = 5.0
_POOL_SIZE = 6


@asynccontextmanager
async def migrated_pool(url: str | None) -> AsyncIterator[asyncpg.Pool]:
    """Connections to the database, its tables up to date. Raises DatabaseUnreachable or MigrationError.

    What only passes is waited for: a server that starts or has no connection left, a session that somebody ends.
    """
    await persistently("making the tables")(_migrate, url)
    async with await persistently("connecting to PostgreSQL")(_pool, url) as pool:
        yield pool


async def _migrate(url: str | None) -> None:
    try:
        async with connection(url) as opened:
            await migrations.apply(opened)
    except DatabaseUnreachable as unreachable:
        answered = unreachable.__cause__
        if isinstance(answered, asyncpg.PostgresError) and is_retryable(answered):
            raise answered from None
        raise


async def _pool(url: str | None) -> asyncpg.Pool:
    # JIT: it costs more than these short statements take.
    settings = {"application_name": "windlass-indexer", "jit": "off"}
    return await asyncpg.create_pool(
        url, min_size=1, max_size=_POOL_SIZE, timeout=_CONNECT_SECONDS, server_settings=settings
    )


@asynccontextmanager
async def connection(url: str | None) -> AsyncIterator[asyncpg.Connection]:
    """One connection. Raises DatabaseUnreachable, which names the URL (without password) and what to do."""
    try:
        opened = await asyncpg.connect(url, timeout=_CONNECT_SECONDS)
    except (*SESSION_LOST, ValueError) as error:
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
