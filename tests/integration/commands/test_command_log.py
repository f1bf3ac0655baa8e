"""The table of requests, where its connection is lost."""

import asyncpg
import pytest
from stack.held_end import held_end
from windlass_commands.errors import RequestsNotLogged
from windlass_commands.service.command_log import Entry, open_log

ENTRY = Entry("cancel", "127.0.0.1", "built")


async def test_a_request_that_meets_a_connection_that_is_ending_is_refused_and_the_next_is_noted(database: str) -> None:
    other = await asyncpg.connect(database)
    async with held_end(database) as held, open_log(held.url, wait=0) as log:
        await log.add(ENTRY)
        held.hold()
        await other.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
        await held.has_ended.wait()
        with pytest.raises(RequestsNotLogged):
            await log.add(ENTRY)
        held.let_go()
        await log.add(ENTRY)
    assert await other.fetchval("SELECT count(*) FROM command_log") == 2
    await other.close()
