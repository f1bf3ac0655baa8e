"""What every test can ask for: a PostgreSQL server, and a fresh migrated database in it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import settings
from stack.postgres import create_database, create_template, database_url, drop_database, running_postgres

# The same examples in every run, and no test that fails because the machine was busy.
settings.register_profile("windlass", deadline=None, derandomize=True)
settings.load_profile("windlass")


def pytest_configure(config: pytest.Config) -> None:
    """The mark of tests that are `make test-browser`'s alone."""
    config.addinivalue_line("markers", "browser: needs Playwright and Debian's Chromium, left to `make test-browser`")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def template_database(postgres: str) -> Iterator[str]:
    """The name of a migrated database that no test writes to."""
    name = asyncio.run(create_template(postgres))
    yield name
    asyncio.run(drop_database(postgres, name))


@pytest.fixture
async def database(postgres: str, template_database: str) -> AsyncIterator[str]:
    """The URL of a database that holds the migrated tables and nothing else."""
    name = await create_database(postgres, template_database)
    yield database_url(postgres, name)
    await drop_database(postgres, name)
