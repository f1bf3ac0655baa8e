"""The folds over PostgreSQL: whatever the order, the batches and the duplicates, the tables are the same."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import reduce
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from integration.indexer.indexer_process import tables
from integration.indexer.synthetic import History, authority_history, governance_history, vault_history
from stack.postgres import create_database, database_url, drop_database
from windlass_indexer import queries
from windlass_indexer.event import Event
from windlass_indexer.settings import Settings
from windlass_indexer.store import Committed, Cursor, Store
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.digests import NEW_STREAM_DIGEST, next_stream_digest

VAULT = str(VAULT_PROGRAM_ID)
WINDLASS = str(WINDLASS_PROGRAM_ID)
EMPTY = "TRUNCATE events, streams, cursors, multisigs, multisig_members, programs, upgrade_proposals, \
approval_history, timelocks, upgrade_history, migration_jobs, account_migrations, audit_log, countdowns, pauses, \
vaults, vault_transactions, balance_snapshots, tvl_stats, vault_authorities, \
authorized_programs, alerts, outbox RESTART IDENTITY"


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=2) as pool:
        yield pool


def store_on(pool: asyncpg.Pool) -> Store:
    return Store(pool, Settings.read({}).programs)


async def commit(store: Store, events: Sequence[Event]) -> None:
    """Each program's own events, as its follower would."""
    for program in (WINDLASS, VAULT):
        if own := [event for event in events if event.program == program]:
            await store.commit(program, own)


def digest_of(history: History) -> bytes:
    return reduce(next_stream_digest, (event.raw for event in history.events), NEW_STREAM_DIGEST)


@pytest.fixture(scope="module")
def folding_database(postgres: str, template_database: str) -> Iterator[str]:
    """One database for all examples of the property, which empties it each time."""
    name = asyncio.run(create_database(postgres, template_database))
    yield database_url(postgres, name)
    asyncio.run(drop_database(postgres, name))


@given(histories=st.integers(0, 2**32), order=st.randoms(use_true_random=False), size=st.integers(1, 60))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
def test_any_order_with_any_duplicates_in_any_batches_gives_the_same_tables(
    folding_database: str, histories: int, order: random.Random, size: int
) -> None:
    chance = random.Random(histories)
    emitted = [
        governance_history("first", chance, proposals=3),
        governance_history("second", chance, proposals=1),
        vault_history("third", chance, moves=5),
        vault_history("fourth", chance, moves=2),
        authority_history("fifth", chance, acts=4),
    ]
    events = [event for history in emitted for event in history.events]
    shuffled = events + order.choices(events, k=10)
    order.shuffle(shuffled)
    batches = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]

    async def fold(batches: Sequence[Sequence[Event]]) -> dict[str, list[tuple[Any, ...]]]:
        async with asyncpg.create_pool(folding_database, min_size=1, max_size=1) as pool:
            await pool.execute(EMPTY)
            for batch in batches:
                await commit(store_on(pool), batch)
            async with pool.acquire() as connection:
                return await tables(connection)

    one_by_one, any_way = asyncio.run(fold([[event] for event in events])), asyncio.run(fold(batches))
    assert any_way == one_by_one
    assert [stream[3] for stream in any_way["streams"]] == [
        digest_of(history) for history in sorted(emitted, key=lambda history: history.stream)
    ]


async def test_events_beyond_a_gap_wait_and_fold_when_it_closes(pool: asyncpg.Pool) -> None:
    history = vault_history("gap", random.Random(1), moves=4)
    first, second, *rest = history.events
    store = store_on(pool)
    assert await store.commit(VAULT, [first, *rest]) == Committed({history.stream}, set(), {history.stream: 2})
    assert await pool.fetchval("SELECT count(*) FROM events") == 4
    assert await pool.fetchval("SELECT count(*) FROM vault_transactions") == 0
    assert await store.last_signature(history.stream) == first.signature
    assert await store.commit(VAULT, [second]) == Committed({history.stream}, {history.stream}, {})
    assert await pool.fetchval("SELECT count(*) FROM vault_transactions") == 4
    assert await pool.fetchval("SELECT digest FROM streams") == digest_of(history)


async def test_a_stream_that_cannot_be_folded_stops_no_other(pool: asyncpg.Pool) -> None:
    sound = [vault_history(f"sound {number}", random.Random(number), moves=3) for number in range(5)]
    broken = vault_history("broken", random.Random(9), moves=3)
    # Balances that do not add up: a table's own check refuses them.
    impossible = broken.events[-1]._replace(data=broken.events[-1].data | {"locked_balance": 1})
    events = [event for history in sound for event in history.events]
    events[7:7] = [*broken.events[:-1], impossible]
    committed = await store_on(pool).commit(VAULT, events, Cursor(900, None))
    assert committed.folded == {history.stream for history in sound}
    assert await pool.fetchval("SELECT slot FROM cursors") == 900
    rows = await pool.fetch("SELECT stream, seq, disagreement FROM streams WHERE disagreement IS NOT NULL")
    assert [(row["stream"], row["seq"]) for row in rows] == [(broken.stream, 0)]
    assert "could not be folded" in rows[0]["disagreement"]
    for history in sound:
        digest = await pool.fetchval("SELECT digest FROM streams WHERE stream = $1", history.stream)
        assert digest == digest_of(history)


async def test_an_event_that_no_table_knows_is_kept_and_counts_in_its_stream_and_is_told(pool: asyncpg.Pool) -> None:
    history = vault_history("newer", random.Random(2), moves=2)
    history.emit("CollateralLocked", amount=1)
    history.events[-1] = history.events[-1]._replace(name=None, data={"raw": history.events[-1].raw.hex()})
    await store_on(pool).commit(VAULT, history.events)
    row = await pool.fetchrow("SELECT seq, digest, disagreement FROM streams")
    told = "event 4 (not in the IDL) is known to no table: what is shown may be older than the chain"
    assert tuple(row) == (4, digest_of(history), told)
    # That the chain has the same digest does not say that the tables have what the event tells.
    await pool.execute(queries.load("verifier.sql")["agreed"], [history.stream], [4], [10_000], [1])
    assert tuple(await pool.fetchrow("SELECT verified_seq, disagreement FROM streams")) == (4, told)


async def test_two_events_for_one_place_in_a_stream_are_told(pool: asyncpg.Pool) -> None:
    history = vault_history("rival", random.Random(3), moves=2)
    store = store_on(pool)
    await store.commit(VAULT, history.events)
    other = vault_history("other", random.Random(4), moves=1).events[0].signature
    await store.commit(VAULT, [history.events[1]._replace(signature=other)])
    disagreement = await pool.fetchval("SELECT disagreement FROM streams")
    assert disagreement == f"event 2 is in {history.events[1].signature} and in {other}"
    assert await pool.fetchval("SELECT count(*) FROM events") == 3


async def test_the_cursor_never_goes_back(pool: asyncpg.Pool) -> None:
    store = store_on(pool)
    anchor = vault_history("cursor", random.Random(5), moves=1).events[0].signature
    await store.commit(VAULT, [], Cursor(100, anchor))
    await store.commit(VAULT, [], Cursor(90, None))
    assert await store.cursor(VAULT) == Cursor(100, anchor)


async def test_each_commit_notifies_once_for_each_aggregate_it_changed(pool: asyncpg.Pool, database: str) -> None:
    told: list[str] = []
    listener = await asyncpg.connect(database)
    await listener.add_listener("windlass_changes", lambda *message: told.append(message[3]))
    history = governance_history("told", random.Random(6), proposals=1)
    await store_on(pool).commit(WINDLASS, history.events)
    await listener.fetchval("SELECT 1")
    await listener.close()
    assert len(told) == len(set(told))
    kinds = sorted(kind for message in told if (kind := message.split('"')[3]) != "alert")
    assert kinds in (["multisig", "program", "proposal"], ["multisig", "program", "program", "proposal"])
