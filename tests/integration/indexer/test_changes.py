"""What a commit changed is kept for readers, numbered in the order of commits."""

import asyncio

import asyncpg
from integration.indexer.alert_history import CouncilHistory
from integration.indexer.alert_reader import PROGRAMS, WINDLASS
from integration.indexer.synthetic import START
from windlass_indexer.store import Store

KEPT = "SELECT kind, key, multisig, program, seq FROM changes ORDER BY change"


async def test_each_proposal_and_migration_that_a_commit_changed_is_kept_once(database: str) -> None:
    council = CouncilHistory("changes")
    first, second = council.approved(), council.propose()
    council.execute(first)
    tracker = council.start_migration(first)
    moved = {"account": council.members[0], "layout": 0, "before": "00" * 32, "after": "11" * 32}
    for _ in range(3):
        tracker.emit("AccountMigrated", tracker=tracker.stream, **moved)
    about = {"multisig": council.stream, "program": council.target}
    async with asyncpg.create_pool(database) as pool:
        store = Store(pool, PROGRAMS)
        await store.commit(WINDLASS, council.events)
        await store.commit(WINDLASS, tracker.events)
        # Once more changes nothing.
        await store.commit(WINDLASS, tracker.events)
        rows = [dict(row) for row in await pool.fetch(KEPT)]
    begun, moving = rows[:-1], rows[-1]
    assert sorted((row["kind"], row["key"]) for row in begun) == sorted(
        [
            ("proposal", council.address_of(first)),
            ("proposal", council.address_of(second)),
            ("migration", tracker.stream),
        ]
    )
    assert moving == {"kind": "migration", "key": tracker.stream, "seq": 3, **about}


async def test_a_fork_that_takes_a_proposal_back_is_a_change_of_it(database: str) -> None:
    council = CouncilHistory("forked")
    kept, lost = council.propose(), council.propose()
    async with asyncpg.create_pool(database) as pool:
        store = Store(pool, PROGRAMS)
        await store.commit(WINDLASS, council.events)
        before = len(await pool.fetch(KEPT))
        await store.replace(WINDLASS, [council.events[-1].signature], [])
        rows = (await pool.fetch(KEPT))[before:]
        left = await pool.fetchval("SELECT array_agg(address::text) FROM upgrade_proposals")
    assert {row["key"] for row in rows} == {council.address_of(kept), council.address_of(lost)}
    assert left == [council.address_of(kept)]


async def test_whoever_sees_a_number_has_seen_all_before_it(database: str) -> None:
    """Many commit at once; a reader looks all the while, and never finds one below what it has seen."""
    councils = [CouncilHistory(f"council {number}") for number in range(12)]
    for council in councils:
        council.now = START
        for _ in range(3):
            council.propose()
    async with asyncpg.create_pool(database, max_size=14) as pool:
        store = Store(pool, PROGRAMS)
        writing = asyncio.gather(*(store.commit(WINDLASS, council.events) for council in councils))
        seen: list[int] = []
        done = False
        while not done:
            done = writing.done()
            last = seen[-1] if seen else 0
            found = [row["change"] for row in await pool.fetch("SELECT change FROM changes ORDER BY change")]
            new = [change for change in found if change > last]
            assert found == seen + new, "one came late"
            seen = found
        await writing
    assert len(seen) == 36
