"""The tables: made once, by whoever comes first, and never by an older version."""

import asyncio

import asyncpg
import pytest
from stack.postgres import create_database, database_url, drop_database
from windlass_indexer import migrations
from windlass_indexer.errors import MigrationError

NAMES = [file.stem for file in migrations.files()]


async def apply(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return await migrations.apply(connection)
    finally:
        await connection.close()


async def test_they_apply_once_in_order_even_when_two_start_together(postgres: str) -> None:
    name = await create_database(postgres, "template0")
    url = database_url(postgres, name)
    both = await asyncio.gather(apply(url), apply(url))
    assert sorted(both) == [[], NAMES]
    assert await apply(url) == []
    await drop_database(postgres, name)


async def test_a_database_of_a_newer_version_is_refused(database: str, connection: asyncpg.Connection) -> None:
    await connection.execute("INSERT INTO schema_migrations (name) VALUES ('9999_from_the_future')")
    with pytest.raises(MigrationError, match="9999_from_the_future"):
        await apply(database)


async def test_the_reader_sees_the_tables_and_changes_nothing(connection: asyncpg.Connection) -> None:
    await connection.execute("SET ROLE windlass_reader")
    assert await connection.fetchval("SELECT count(*) FROM upgrade_proposals") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DELETE FROM events")
