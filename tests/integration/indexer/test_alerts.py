"""Alerts over PostgreSQL: what events bring and what the chain's clock brings, each once, whatever restarts."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from integration.indexer.alert_history import GRACE, HOUR, TIMELOCK, VOTING, CouncilHistory
from integration.indexer.alert_reader import PROGRAMS, WINDLASS, Reader, standing
from integration.indexer.synthetic import DAY, START, History, address
from windlass_indexer import alerts
from windlass_indexer.folding import Folding
from windlass_indexer.folds import TABLES
from windlass_indexer.rebuild import rebuild
from windlass_indexer.store import Cursor, Store


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=2) as pool:
        yield pool


async def test_a_proposals_life_raises_each_alert_at_its_time(pool: asyncpg.Pool) -> None:
    history, reader = CouncilHistory("life"), Reader(pool)
    id = history.approved()
    for hours in range(0, 49 + 24, 3):
        await reader.read(history.events, START + hours * HOUR)
    history.now = START + 73 * HOUR
    history.execute(id)
    await reader.read(history.events, START + 90 * DAY)
    assert await standing(pool) == [
        ("proposal_created", 0),
        ("threshold_reached", 0),
        ("timelock_half", 24 * HOUR),
        ("timelock_hour_left", 47 * HOUR),
        ("ready", 48 * HOUR),
        ("executed", 73 * HOUR),
    ]


async def test_what_nobody_executes_expires(pool: asyncpg.Pool) -> None:
    history, reader = CouncilHistory("expiring"), Reader(pool)
    history.propose()
    history.approved()
    await reader.read(history.events, START)
    await reader.read([], START + 30 * DAY)
    told = await standing(pool)
    assert [alert for alert in told if alert[0].startswith("expir")] == [
        ("expiring", VOTING - DAY),
        ("expired", VOTING),
        ("expiring", TIMELOCK + GRACE - DAY),
        ("expired", TIMELOCK + GRACE),
    ]


async def test_a_pause_moves_what_has_not_come_and_not_what_is_a_rollback(pool: asyncpg.Pool) -> None:
    history, reader = CouncilHistory("pausing"), Reader(pool)
    upgrade = history.approved()
    history.approved("Rollback")
    history.now = START + HOUR
    history.pause(10 * HOUR)
    await reader.read(history.events, START + 10 * HOUR)
    history.now = START + 5 * HOUR
    history.resume()
    history.now = START + 30 * HOUR
    history.pause(20 * HOUR)
    await reader.read(history.events, START + 100 * HOUR)
    told = Counter(await standing(pool))
    assert told[("timelock_half", (24 + 4) * HOUR)] == 1
    assert told[("timelock_hour_left", (47 + 4 + 20) * HOUR)] == 1
    assert told[("ready", (48 + 4 + 20) * HOUR)] == 1
    assert told[("timelock_half", HOUR)] == told[("timelock_hour_left", HOUR)] == told[("ready", 2 * HOUR)] == 1
    assert told[("paused", HOUR)] == told[("resumed", 5 * HOUR)] == told[("paused", 30 * HOUR)] == 1
    assert told[("pause_over", 50 * HOUR)] == 1, "it ran out; the first was ended before"
    assert told.total() == 4 + 6 + 4, told
    assert upgrade == 1


async def test_a_pause_moves_what_only_an_earlier_pause_left_to_come(pool: asyncpg.Pool) -> None:
    history, reader = CouncilHistory("twice"), Reader(pool)
    history.approved()
    for hours, length in ((30, 20), (60, 5), (90, 7)):
        history.now = START + hours * HOUR
        history.pause(length * HOUR)
    await reader.read(history.events, START + 100 * HOUR)
    told = Counter(await standing(pool))
    # After 48 hours there would have been nothing to move at 60; at 90 there is not.
    assert told[("ready", (48 + 20 + 5) * HOUR)] == told[("timelock_hour_left", (47 + 20 + 5) * HOUR)] == 1
    assert told[("timelock_half", 24 * HOUR)] == 1


async def test_an_approval_taken_back_stops_the_clock_and_the_next_crossing_starts_another(pool: asyncpg.Pool) -> None:
    history, reader = CouncilHistory("flickering"), Reader(pool)
    id = history.approved()
    history.now = START + 30 * HOUR
    history.revoke(id)
    await reader.read(history.events, START + 60 * HOUR)
    history.now = START + 60 * HOUR
    history.approve(id)
    await reader.read(history.events, START + 200 * HOUR)
    assert await standing(pool) == [
        ("proposal_created", 0),
        ("threshold_reached", 0),
        ("timelock_half", 24 * HOUR),
        ("threshold_reached", 60 * HOUR),
        ("timelock_half", 84 * HOUR),
        ("timelock_hour_left", 107 * HOUR),
        ("ready", 108 * HOUR),
    ]


async def test_what_falls_back_to_voting_after_its_end_has_expired_and_is_not_about_to(pool: asyncpg.Pool) -> None:
    history, reader = CouncilHistory("too late"), Reader(pool)
    id = history.approved()
    history.now = START + VOTING + 30 * HOUR
    history.revoke(id)
    await reader.read(history.events, START + VOTING + 60 * HOUR)
    rows = await pool.fetch("SELECT kind::text FROM alerts WHERE seq = (SELECT max(seq) FROM events)")
    assert [row["kind"] for row in rows] == ["expired"]


async def test_a_config_that_lowers_something_is_told_when_proposed_and_when_in_force(pool: asyncpg.Pool) -> None:
    history, reader = CouncilHistory("lowering"), Reader(pool)
    outdated = history.approved()
    raising = history.approved("Config", timelock=4 * DAY)
    fewer = [*history.config["members"][:2], history.config["members"][2] | {"roles": 1}]
    lowering = history.approved("Config", timelock=3 * DAY, threshold=1, members=fewer)
    history.now = START + TIMELOCK
    history.change_config(raising, timelock=4 * DAY)
    history.change_config(lowering, timelock=3 * DAY, threshold=1, members=fewer)
    await reader.read(history.events, START + 30 * DAY)
    rows = await pool.fetch(
        "SELECT kind::text, proposal, data FROM alerts WHERE kind::text LIKE 'config%' ORDER BY change"
    )
    lowered = (
        '{"lowered": [{"to": 2, "from": 3, "what": "approvers"}, {"to": 2, "from": 3, "what": "guards"}, '
        '{"to": 1, "from": 2, "what": "threshold"}%s]}'
    )
    proposal = history.address_of(lowering)
    assert [tuple(row) for row in rows] == [
        ("config_lowering_proposed", proposal, lowered % ""),
        ("config_lowered", proposal, lowered % ', {"to": 259200, "from": 345600, "what": "timelock"}'),
    ]
    # Another config has made it stale: it does not expire.
    told = await pool.fetch("SELECT kind::text FROM alerts WHERE proposal = $1", history.address_of(outdated))
    assert {row[0] for row in told} == {
        "proposal_created", "threshold_reached", "timelock_half", "timelock_hour_left", "ready"
    }  # fmt: skip


async def test_a_migration_that_stands_still_is_told_once_for_each_standstill(pool: asyncpg.Pool) -> None:
    history, reader = CouncilHistory("stuck"), Reader(pool)
    id = history.approved()
    history.execute(id)
    tracker = history.start_migration(id)
    await reader.read(history.events, START + DAY - 1)
    assert await pool.fetchval("SELECT count(*) FROM alerts WHERE kind = 'migration_stuck'") == 0
    await reader.read([], START + DAY)
    tracker.now = START + 2 * DAY
    moved = {"account": address("account"), "layout": 0, "before": "00" * 32, "after": "11" * 32}
    tracker.emit("AccountMigrated", tracker=tracker.stream, **moved)
    for day in (2, 6, 7, 8, 9):
        await reader.read(tracker.events, START + day * DAY)
    stuck = [alert for alert in await standing(pool) if alert[0] == "migration_stuck"]
    assert stuck == [("migration_stuck", DAY), ("migration_stuck", 7 * DAY)]


async def test_nothing_is_due_before_everything_until_then_was_read(pool: asyncpg.Pool) -> None:
    """An indexer that was away took what had been executed meanwhile for expired."""
    history = CouncilHistory("away")
    id = history.approved()
    await Reader(pool).read(history.events, START)
    history.now = START + TIMELOCK
    history.execute(id)
    returned = Reader(pool)
    returned.hear(10_000, START + 60 * DAY)
    await returned.tick()
    assert len(await standing(pool)) == 2
    await returned.store.commit(WINDLASS, history.events, Cursor(10_000, None))
    await returned.tick()
    assert [kind for kind, _ in await standing(pool)] == [
        "proposal_created", "threshold_reached", "timelock_half", "timelock_hour_left", "ready", "executed"
    ]  # fmt: skip


async def test_an_event_that_is_read_late_takes_back_what_time_seemed_to_bring(pool: asyncpg.Pool) -> None:
    history, reader = CouncilHistory("late"), Reader(pool)
    id = history.approved()
    await reader.read(history.events, START + 50 * HOUR)
    assert ("ready", 48 * HOUR) in await standing(pool)
    history.now = START + 47 * HOUR + 1
    history.cancel(id)
    before = await pool.fetchval("SELECT max(change) FROM alerts")
    await reader.read(history.events, START + 51 * HOUR)
    assert [kind for kind, _ in await standing(pool)][-2:] == ["timelock_hour_left", "cancelled"]
    withdrawn = await pool.fetch("SELECT kind::text FROM alerts WHERE withdrawn_at IS NOT NULL AND change > $1", before)
    assert [row[0] for row in withdrawn] == ["ready"]


async def test_a_fork_withdraws_what_it_took_back_and_what_comes_again_is_the_same_alert(pool: asyncpg.Pool) -> None:
    history, reader = CouncilHistory("fork"), Reader(pool)
    id = history.propose()
    history.approve(id)
    await reader.read(history.events, START)
    kept = len(history.events)
    history.approve(id)
    await reader.read(history.events, START + TIMELOCK)
    former = await pool.fetch("SELECT id, kind::text FROM alerts ORDER BY id")
    assert [row["kind"] for row in former][1:] == [
        "threshold_reached", "timelock_half", "timelock_hour_left", "ready"
    ]  # fmt: skip
    await take_back(pool, history, kept)
    assert [kind for kind, _ in await standing(pool)] == ["proposal_created"]
    # The transaction comes again, in a later slot.
    crossing = history.events.pop()
    history.now = START + 60
    history.approvals[id] -= 1
    history.approve(id)
    assert history.events[-1].seq == crossing.seq
    await reader.read(history.events, START + TIMELOCK + 60)
    again = await pool.fetch("SELECT id, kind::text FROM alerts WHERE withdrawn_at IS NULL ORDER BY id")
    assert [tuple(row) for row in again] == [tuple(row) for row in former]
    assert ("ready", TIMELOCK + 60) in await standing(pool)


async def test_a_rebuild_raises_nothing_again_and_what_is_due_later_still_comes(
    pool: asyncpg.Pool, database: str
) -> None:
    history, reader = CouncilHistory("rebuilt"), Reader(pool)
    history.approved()
    await reader.read(history.events, START + 30 * HOUR)
    before = await pool.fetch("SELECT * FROM alerts ORDER BY id")
    countdowns = await pool.fetch("SELECT * FROM countdowns ORDER BY seq")
    await rebuild(database, PROGRAMS, lambda done, of: None)
    assert await pool.fetch("SELECT * FROM countdowns ORDER BY seq") == countdowns
    await reader.read(history.events, START + 48 * HOUR)
    after = await pool.fetch("SELECT * FROM alerts ORDER BY id")
    assert after[:3] == before
    assert [row["kind"] for row in after[3:]] == ["timelock_hour_left", "ready"]


async def take_back(pool: asyncpg.Pool, history: History, kept: int) -> None:
    """Forget all but the first `kept` events, and fold the stream once more."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("DELETE FROM events WHERE stream = $1 AND seq > $2", history.stream, kept)
        await connection.execute(f"TRUNCATE {', '.join(TABLES)}")
        folded = await Folding(PROGRAMS).fold(connection, {history.stream: WINDLASS})
        await alerts.settle(connection, folded.governance, anew=[history.stream])


async def test_who_reads_by_the_number_of_the_change_misses_nothing(pool: asyncpg.Pool) -> None:
    """Two that raise at once: numbers were drawn in one order and committed in the other."""
    first, second = CouncilHistory("one"), CouncilHistory("other")
    store = Store(pool, PROGRAMS)
    seen: list[int] = []

    async def look() -> None:
        while len(seen) < 40:
            rows = await pool.fetch("SELECT change FROM alerts WHERE change > $1 ORDER BY change", max(seen, default=0))
            seen.extend(row["change"] for row in rows)
            await asyncio.sleep(0)

    async def write(history: CouncilHistory) -> None:
        for _ in range(20):
            history.propose()
            await store.commit(WINDLASS, history.events[-3:])

    async with asyncio.timeout(90):
        await asyncio.gather(look(), write(first), write(second))
    assert seen == [row[0] for row in await pool.fetch("SELECT change FROM alerts ORDER BY change")]


async def test_each_alert_is_notified_with_its_number(pool: asyncpg.Pool, database: str) -> None:
    told: list[Any] = []
    listener = await asyncpg.connect(database)
    await listener.add_listener("windlass_changes", lambda *message: told.append(message[3]))
    history = CouncilHistory("notified")
    history.propose()
    await Reader(pool).read(history.events, START + VOTING)
    await listener.fetchval("SELECT 1")
    await listener.close()
    rows = await pool.fetch("SELECT id, change, slot FROM alerts ORDER BY id")
    assert [message for message in told if '"alert"' in message] == [
        f'{{"kind":"alert","key":"{row["id"]}","multisig":"{history.stream}","program":"{history.target}",'
        f'"slot":{row["slot"]},"seq":{row["change"]}}}'
        for row in rows
    ]
    assert len(rows) == 3


async def test_the_audit_log_names_who_did_what_and_where_it_is_proven(pool: asyncpg.Pool) -> None:
    history = CouncilHistory("audited")
    id = history.approved()
    history.execute(id)
    await Reader(pool).read(history.events, START)
    rows = await pool.fetch("SELECT action, actor, proposal, signature FROM audit_log ORDER BY seq")
    assert [(row["action"], row["actor"]) for row in rows[2:]] == [
        ("UpgradeProposed", history.members[0]),
        ("UpgradeApproved", history.members[0]),
        ("UpgradeApproved", history.members[1]),
        ("UpgradeExecuted", history.members[1]),
    ]
    assert [row["signature"] for row in rows] == [event.signature for event in history.events]
    assert {row["proposal"] for row in rows[2:]} == {history.address_of(id)}
