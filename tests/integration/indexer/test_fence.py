"""The fence: who no longer leads writes nothing, not even what was under way."""

import asyncio
import random
from collections.abc import AsyncIterator
from functools import partial

import asyncpg
import pytest
from integration.indexer.synthetic import vault_history
from stack.held_end import held_end
from stack.waiting import until
from windlass_indexer.chain import ChainTime
from windlass_indexer.errors import LeadershipLost
from windlass_indexer.leadership import leading
from windlass_indexer.settings import Settings
from windlass_indexer.store import Cursor, Store
from windlass_programs.addresses import VAULT_PROGRAM_ID

VAULT = str(VAULT_PROGRAM_ID)
END_LEADER = """SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND mode = 'ExclusiveLock'
  AND objid = (hashtext('windlass_indexer.leader')::bigint & 4294967295)::oid
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=3) as pool:
        yield pool


async def test_a_leader_that_has_not_noticed_yet_writes_nothing_more(pool: asyncpg.Pool, database: str) -> None:
    history = vault_history("fenced", random.Random(1), moves=4)
    async with leading(database) as former:
        store = Store(pool, Settings.read({}).programs, former.fence)
        await store.commit(VAULT, history.events[:2], Cursor(10, None))
        await pool.execute(END_LEADER)
        async with leading(database) as successor:
            assert successor.epoch == former.epoch + 1
            with pytest.raises(LeadershipLost, match="another indexer leads"):
                await store.commit(VAULT, history.events[2:], Cursor(20, None))
            with pytest.raises(LeadershipLost):
                await store.tell_time([VAULT], ChainTime(99, 98, 1_790_000_000))
            await Store(pool, Settings.read({}).programs, successor.fence).commit(VAULT, history.events[2:3])
        with pytest.raises(LeadershipLost, match="session"):
            await former.watch()
    assert await pool.fetchval("SELECT seq FROM streams") == 3
    assert await pool.fetchval("SELECT count(*) FROM events") == 3
    assert tuple(await pool.fetchrow("SELECT slot, confirmed_slot FROM cursors")) == (10, 0)


async def test_a_leader_whose_session_is_ending_stands_for_the_lead_again(pool: asyncpg.Pool, database: str) -> None:
    async with held_end(database) as held, leading(held.url) as leadership:
        held.hold()
        await pool.execute(END_LEADER)
        await held.has_ended.wait()
        with pytest.raises(LeadershipLost, match="session"):
            await leadership.watch()
        held.let_go()


async def test_a_successor_waits_for_a_commit_that_is_under_way(pool: asyncpg.Pool, database: str) -> None:
    async with leading(database) as former, former.fence.transaction(pool) as connection:
        await connection.execute(
            "INSERT INTO cursors (program, slot) VALUES ($1, 1) ON CONFLICT (program) DO UPDATE SET slot = 1", VAULT
        )
        await pool.execute(END_LEADER)

        async def seen_by_successor() -> int:
            async with leading(database):
                return int(await pool.fetchval("SELECT slot FROM cursors"))

        seen = asyncio.create_task(seen_by_successor())
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        await until(partial(pool.fetchval, waiting), "the successor waits", seconds=5)
        assert not seen.done()
        await connection.execute("UPDATE cursors SET slot = 2")
    assert await seen == 2
