"""A running read API over a database that the test writes to."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from integration.graphql_api.service import Service, running
from stack.read_model import ReadModel


@pytest.fixture
async def read_model(database: str) -> AsyncIterator[ReadModel]:
    """Writes to the test's database as the indexer does."""
    connection = await asyncpg.connect(database)
    yield ReadModel(connection)
    await connection.close()


@pytest.fixture
async def service(database: str) -> AsyncIterator[Service]:
    """The server's process."""
    async with running(database) as service:
        yield service
