"""What every test can ask for: a PostgreSQL server, and a fresh migrated database in it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from stack.postgres import create_database, create_template, database_url, drop_database, running_postgres

# The same examples in every run, and no test that fails because the machine was busy.
settings.register_profile("windlass", deadline=None, derandomize=True)
settings.load_profile("windlass")


# A file's tests stay with one worker (they share what is costly), so the files that take minutes have to begin first:
# those that begin last are waited for by everybody. In the order of what they take; `--durations` tells.
LONGEST_FIRST = (
    "acceptance/test_demo.py",
    "integration/indexer/test_plans.py",
    "simulation/test_simulation.py",
    "integration/commands/test_service.py",
    "integration/commands/test_refusals.py",
    "integration/commands/test_migration_at_scale.py",
    "acceptance/test_rollback_drill.py",
    "acceptance/test_command_service.py",
    "integration/programs/test_vault_lives.py",
    "integration/programs/test_code_digests.py",
)
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; the others keep their order."""
    ranks = {HERE / name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


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
