"""What a commit changed is kept for readers, numbered in the order of commits."""

import asyncio
import random
from datetime import timedelta

import asyncpg
import pytest
from integration.indexer.alert_history import CouncilHistory
from integration.indexer.alert_reader import PROGRAMS, WINDLASS
from integration.indexer.synthetic import START, address, vault_history
from windlass_indexer import changes
from windlass_indexer.changes import Pruning
from windlass_indexer.settings import Settings
from windlass_indexer.store import Store
from windlass_programs.addresses import VAULT_PROGRAM_ID

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


async def test_a_vault_and_what_all_of_them_hold_are_kept_once_for_each_commit(database: str) -> None:
    histories = [vault_history(f"vault {number}", random.Random(number), moves=4) for number in range(2)]
    async with asyncpg.create_pool(database) as pool:
        store = Store(pool, Settings.read({}).programs)
        await store.commit(str(VAULT_PROGRAM_ID), [event for history in histories for event in history.events])
        rows = await pool.fetch("SELECT kind, key, owner, seq FROM changes")
    owners = {("vault", each.stream, address(f"vault {n} owner"), 5) for n, each in enumerate(histories)}
    assert {tuple(row) for row in rows} == owners | {("tvl", address("mint"), None, 0)}


async def test_old_changes_are_given_up_and_the_number_up_to_which_is_told(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_AT_ONCE", 2)
    council = CouncilHistory("given up")
    for _ in range(7):
        council.propose()
    async with asyncpg.create_pool(database) as pool:
        await Store(pool, PROGRAMS).commit(WINDLASS, council.events)
        numbers = [row["change"] for row in await pool.fetch("SELECT change FROM changes ORDER BY change")]
        await Pruning(pool).prune()
        assert await pool.fetchval("SELECT count(*) FROM changes") == 7, "nothing is old yet"
        assert await pool.fetchval("SELECT count(*) FROM changes_given_up") == 0
        old = changes.KEPT_FOR + timedelta(seconds=1)
        await pool.execute("UPDATE changes SET at = at - $1::interval WHERE change < $2", old, numbers[5])
        await Pruning(pool).prune()
        left = [row["change"] for row in await pool.fetch("SELECT change FROM changes ORDER BY change")]
        assert left == numbers[5:]
        given_up = [tuple(row) for row in await pool.fetch("SELECT kind, upto FROM changes_given_up")]
        assert given_up == [("proposal", numbers[4])]
        # However new, no more are kept than this.
        monkeypatch.setattr(changes, "MOST_KEPT", 1)
        await Pruning(pool).prune()
        left = [row["change"] for row in await pool.fetch("SELECT change FROM changes")]
        assert left == numbers[6:]
