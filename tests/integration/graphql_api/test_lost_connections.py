"""A connection to PostgreSQL that is lost costs one answer, which says so."""

import asyncio
from functools import partial

import pytest
from integration.graphql_api.service import running
from stack.held_end import held_end
from stack.read_model import ReadModel
from stack.waiting import until
from windlass_graphql.database import open_database
from windlass_graphql.errors import DatabaseUnavailable

END_READERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'windlass-graphql' AND datname = current_database()"""
ASKED = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'"


async def test_lost_connections_are_an_answer_and_then_forgotten(database: str, read_model: ReadModel) -> None:
    async with running(database) as service:
        assert await service.ask("{ chainTime }") == {"chainTime": None}
        await read_model.connection.execute(END_READERS)
        body = await service.post("{ chainTime }")
        assert "errors" not in body or body["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
        assert await service.ask("{ chainTime }") == {"chainTime": None}


async def test_a_connection_that_is_ending_is_the_databases_fault_and_not_ours(
    database: str, read_model: ReadModel
) -> None:
    async with held_end(database) as held, open_database(held.url) as opened:
        held.hold()
        await read_model.connection.execute(END_READERS)
        await held.has_ended.wait()
        with pytest.raises(DatabaseUnavailable):
            await opened.fetch("newest", "alert")
        held.let_go()
        assert await opened.fetch_text("SELECT 'back'") == "back"


async def test_a_snapshot_whose_connection_was_lost_is_the_databases_fault_and_not_ours(
    database: str, read_model: ReadModel
) -> None:
    async with open_database(database) as opened:
        snapshot = opened.snapshot()
        await snapshot.fetch("newest", "alert")
        asked = asyncio.create_task(snapshot.fetch_sql("SELECT pg_sleep(60)"))
        await until(partial(read_model.connection.fetchval, ASKED), "the query runs")
        await read_model.connection.execute(END_READERS)
        with pytest.raises(DatabaseUnavailable):
            await asked
        await snapshot.close()
        assert await opened.fetch_text("SELECT 'back'") == "back"
