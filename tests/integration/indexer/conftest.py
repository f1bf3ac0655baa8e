"""A chain with vaults, and a connection to look at what the indexer wrote."""

from collections.abc import AsyncIterator

import asyncpg
import pytest


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    """To the test's own database."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()
