"""Balances over time and what all vaults hold together, as the vaults' events tell them."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from integration.indexer.synthetic import START, History, address, authority_history, vault_history
from windlass_indexer.event import Event
from windlass_indexer.settings import Settings
from windlass_indexer.store import Store
from windlass_programs.addresses import VAULT_PROGRAM_ID

VAULT = str(VAULT_PROGRAM_ID)
MINT = address("mint")
# What an event's amount does to the total, and to what of it is locked.
_TOTAL = {"Deposited": 1, "CollateralReceived": 1, "Withdrawn": -1, "CollateralSent": -1}
_LOCKED = {"CollateralLocked": 1, "CollateralUnlocked": -1, "CollateralSent": -1}
SNAPSHOTS = (
    "SELECT vault, period::text, at, total_balance, locked_balance, available_balance, seq FROM balance_snapshots"
)
STATS = """SELECT mint, period::text, at, events, vaults, deposits, withdrawals, deposited, withdrawn, total_change,
                  locked_change FROM tvl_stats"""


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=8) as pool:
        yield pool


def store_on(pool: asyncpg.Pool) -> Store:
    return Store(pool, Settings.read({}).programs)


def began(event: Event, period: str) -> datetime:
    """The period's beginning, by the event's own time."""
    at = datetime.fromtimestamp(event.data["header"]["unix_timestamp"], UTC)
    at = at.replace(second=0, microsecond=0)
    return at if period == "minute" else at.replace(minute=0) if period == "hour" else at.replace(minute=0, hour=0)


def expected_snapshots(events: Sequence[Event]) -> set[tuple[Any, ...]]:
    """The last event of each hour and day tells."""
    last = {(event.stream, period, began(event, period)): event for event in events for period in ("hour", "day")}
    balances = ("total_balance", "locked_balance", "available_balance")
    return {(*key, *(event.data.get(balance, 0) for balance in balances), event.seq) for key, event in last.items()}


def expected_stats(events: Sequence[Event]) -> set[tuple[Any, ...]]:
    """Counted one by one."""
    sums: defaultdict[tuple[str, str, datetime], list[int]] = defaultdict(lambda: [0] * 8)
    for event in events:
        for period in ("minute", "hour", "day"):
            row = sums[MINT, period, began(event, period)]
            amount = event.data.get("amount", 0)
            deposit, withdrawal = event.name == "Deposited", event.name == "Withdrawn"
            total, locked = amount * _TOTAL.get(event.name or "", 0), amount * _LOCKED.get(event.name or "", 0)
            new = [1, event.seq == 1, deposit, withdrawal, amount * deposit, amount * withdrawal, total, locked]
            row[:] = [sum(pair) for pair in zip(row, new, strict=True)]
    return {(*key, *row) for key, row in sums.items()}


async def found(pool: asyncpg.Pool, query: str) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in await pool.fetch(query)}


def some_vaults(count: int, moves: int) -> list[History]:
    """Each at times of its own, over hours and past midnight."""
    histories = [vault_history(f"vault {number}", random.Random(number), moves) for number in range(count)]
    chance = random.Random(7)
    for history in histories:
        now = START + chance.randint(0, 90_000)
        for event in history.events:
            now += chance.choice([0, 1, 59, 60, 3_600, 40_000])
            event.data["header"]["unix_timestamp"] = now
    return histories


async def test_the_last_event_of_an_hour_and_of_a_day_tells_what_a_vault_held(pool: asyncpg.Pool) -> None:
    events = [event for history in some_vaults(5, moves=30) for event in history.events]
    await store_on(pool).commit(VAULT, events)
    snapshots = await found(pool, SNAPSHOTS)
    assert snapshots == expected_snapshots(events)
    # The newest one of a vault is what it holds.
    now = await found(pool, "SELECT address, total_balance FROM vaults")
    newest = """SELECT DISTINCT ON (vault) vault, total_balance FROM balance_snapshots
                WHERE period = 'day' ORDER BY vault, at DESC"""
    assert await found(pool, newest) == now


@pytest.mark.parametrize("size", [1, 7, 1_000])
async def test_what_all_vaults_hold_is_the_sum_of_what_each_minute_changed(pool: asyncpg.Pool, size: int) -> None:
    events = [event for history in some_vaults(6, moves=15) for event in history.events]
    events.sort(key=lambda event: event.data["header"]["unix_timestamp"])
    for start in range(0, len(events), size):
        await store_on(pool).commit(VAULT, events[start : start + size])
    assert await found(pool, STATS) == expected_stats(events)
    held = await pool.fetchrow("SELECT sum(total_balance), sum(locked_balance) FROM vaults")
    assert held[1] > 0
    for period in ("minute", "hour", "day"):
        total = "SELECT sum(total_change), sum(locked_change) FROM tvl_stats WHERE period = $1::text::balance_period"
        assert await pool.fetchrow(total, period) == held


async def test_a_fork_that_lost_leaves_nothing_in_the_sums(pool: asyncpg.Pool) -> None:
    histories = some_vaults(4, moves=12)
    events = [event for history in histories for event in history.events]
    store = store_on(pool)
    await store.commit(VAULT, events)
    # A vault that was never made, another that moved less, and one that moves on after the fork.
    unmade, shorter, longer = histories[:3]
    lost = [*unmade.events, *shorter.events[-3:]]
    more = vault_history("vault 2", random.Random(2), 13).events[-1]
    more.data["header"]["unix_timestamp"] = longer.events[-1].data["header"]["unix_timestamp"] + 1
    await store.replace(VAULT, [event.signature for event in lost], [])
    kept = [event for event in events if event not in lost]
    assert await found(pool, STATS) == expected_stats(kept)
    assert await found(pool, SNAPSHOTS) == expected_snapshots(kept)
    await store.replace(VAULT, [kept[-1].signature], [kept[-1]])
    assert await found(pool, STATS) == expected_stats(kept)


async def test_many_who_fold_at_once_add_up(pool: asyncpg.Pool) -> None:
    histories = some_vaults(24, moves=10)
    await asyncio.gather(*(store_on(pool).commit(VAULT, history.events) for history in histories))
    events = [event for history in histories for event in history.events]
    assert await found(pool, STATS) == expected_stats(events)


async def test_what_can_not_be_folded_is_not_counted(pool: asyncpg.Pool) -> None:
    sound, broken = some_vaults(2, moves=4)
    broken.events[-1].data["locked_balance"] = 1
    await store_on(pool).commit(VAULT, [*sound.events, *broken.events])
    assert await found(pool, STATS) == expected_stats(sound.events)
    assert {row[0] for row in await found(pool, SNAPSHOTS)} == {sound.stream}


async def test_a_period_is_utc_whatever_the_session_says(pool: asyncpg.Pool) -> None:
    (history,) = some_vaults(1, moves=6)
    await pool.execute("SELECT set_config('timezone', 'Asia/Kathmandu', false)")
    await store_on(pool).commit(VAULT, history.events)
    days = {row["at"] for row in await pool.fetch("SELECT at FROM balance_snapshots WHERE period = 'day'")}
    assert all(day.timestamp() % timedelta(days=1).total_seconds() == 0 for day in days)


async def test_each_move_tells_which_program_asked_for_it_and_where_collateral_went(pool: asyncpg.Pool) -> None:
    history = vault_history("settled", random.Random(11), moves=60)
    await store_on(pool).commit(VAULT, history.events)
    rows = await pool.fetch("SELECT seq, kind::text, program, counterpart, signature FROM vault_transactions")
    names = {
        "deposit": "Deposited",
        "withdraw": "Withdrawn",
        "lock": "CollateralLocked",
        "unlock": "CollateralUnlocked",
        "send": "CollateralSent",
        "receive": "CollateralReceived",
    }
    assert {row["kind"] for row in rows} == names.keys()
    for row in rows:
        event = history.events[row["seq"] - 1]
        assert (event.name, event.signature) == (names[row["kind"]], row["signature"])
        assert row["program"] == event.data.get("program")
        assert row["counterpart"] == event.data.get("to", event.data.get("from"))


async def test_the_audit_log_tells_who_may_lock_collateral_and_since_when(pool: asyncpg.Pool) -> None:
    history = authority_history("authority", random.Random(12), acts=12)
    await store_on(pool).commit(VAULT, history.events)
    logged = await pool.fetch("SELECT action, signature, multisig FROM audit_log ORDER BY seq")
    assert [tuple(row) for row in logged] == [(event.name, event.signature, None) for event in history.events]
    authorized: dict[str, str] = {}
    admin = ""
    for event in history.events:
        admin = event.data.get("to", event.data.get("admin", admin))
        if event.name == "ProgramAuthorized":
            authorized[event.data["program"]] = event.signature
        elif event.name == "ProgramDeauthorized":
            del authorized[event.data["program"]]
    assert authorized
    assert dict(await pool.fetch("SELECT program, signature FROM authorized_programs")) == authorized
    assert await pool.fetchval("SELECT admin FROM vault_authorities") == admin
    await store_on(pool).replace(VAULT, [event.signature for event in history.events], [])
    assert await pool.fetchval("SELECT count(*) FROM authorized_programs") == 0
    assert await pool.fetchval("SELECT count(*) FROM vault_authorities") == 0
