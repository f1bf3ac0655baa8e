"""A running read API over a database that the test writes to."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from integration.graphql_api.service import Service, running
from stack.read_model import Proposal, ReadModel


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


@pytest.fixture
async def proposal(read_model: ReadModel) -> Proposal:
    """One to raise alerts about."""
    return await read_model.propose(await read_model.govern())


@pytest.fixture
async def writer(database: str) -> AsyncIterator[ReadModel]:
    """Another one who writes, beside the first."""
    connection = await asyncpg.connect(database)
    yield ReadModel(connection)
    await connection.close()
