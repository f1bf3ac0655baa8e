"""What a fork that lost had in it is taken back: the tables are those of one who never saw it."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import asyncpg
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from integration.indexer.alert_history import CouncilHistory
from integration.indexer.alert_reader import standing
from integration.indexer.indexer_process import tables
from integration.indexer.synthetic import History, address, governance_history, signature, vault_history
from simulation.ledger import FIRST_SLOT, VAULT, WINDLASS, Intent, Move, Planned, Run, Script, Step, vault
from simulation.node import Faults, Node
from simulation.views import Growth
from stack.postgres import create_database, database_url, drop_database
from stack.waiting import until
from windlass_indexer.chain import Chain
from windlass_indexer.event import Event
from windlass_indexer.forks import Forks, Replaced
from windlass_indexer.ingest import Ingest
from windlass_indexer.rpc import Rpc
from windlass_indexer.settings import Settings
from windlass_indexer.store import Committed, Cursor, Store

PROGRAMS = Settings.read({}).programs
EMPTY = "TRUNCATE events, streams, cursors, multisigs, multisig_members, programs, upgrade_proposals, \
approval_history, timelocks, upgrade_history, migration_jobs, account_migrations, audit_log, countdowns, pauses, \
vaults, vault_transactions, balance_snapshots, tvl_stats, vault_authorities, \
authorized_programs, alerts, outbox RESTART IDENTITY"


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=3) as pool:
        yield pool


@pytest.fixture(scope="module")
def shared_database(postgres: str, template_database: str) -> Iterator[str]:
    """One database for all examples of a property, which empties it each time."""
    name = asyncio.run(create_database(postgres, template_database))
    yield database_url(postgres, name)
    asyncio.run(drop_database(postgres, name))


async def commit(store: Store, events: Sequence[Event]) -> None:
    """Each program's own events, as its follower would."""
    for program in (WINDLASS, VAULT):
        if own := [event for event in events if event.program == program]:
            await store.commit(program, own)


async def take_back(store: Store, lost: Sequence[Event], now: Sequence[Event] = ()) -> None:
    """Each program's own, as its follower would."""
    for program in (WINDLASS, VAULT):
        if own := {event.signature for event in lost if event.program == program}:
            await store.replace(program, sorted(own), [event for event in now if event.program == program])


async def seen(pool: asyncpg.Pool) -> dict[str, list[tuple[Any, ...]]]:
    """All that readers see: the tables, and the alerts that stand. A stream of which nothing is left is not seen."""
    async with pool.acquire() as connection:
        found = await tables(connection)
    found["streams"] = [stream for stream in found["streams"] if stream[2] > 0]
    alerts = (
        "SELECT kind::text, stream, seq, proposal, slot, signature, at, data FROM alerts WHERE withdrawn_at IS NULL"
    )
    found["alerts"] = sorted((tuple(row) for row in await pool.fetch(alerts)), key=str)
    return found


def a_chains_events(seed: int) -> list[Event]:
    """In the order of their slots: governance in every state, a migration with its own stream, vaults."""
    chance = random.Random(seed)
    council = CouncilHistory(f"council {seed}")
    council.execute(id := council.approved())
    tracker = council.start_migration(id)
    council.approved("Config", timelock=3 * 86_400)
    council.revoke(council.approved())
    council.pause(3_600)
    for number in range(4):
        tracker.emit(
            "AccountMigrated",
            tracker=tracker.stream,
            account=vault(number),
            layout=0,
            before="00" * 32,
            after="11" * 32,
            migrated=number + 1,
            reverted=0,
        )
    # A migration comes after its start.
    tracker.events = [event._replace(slot=event.slot + 100) for event in tracker.events]
    histories: list[History] = [
        council,
        tracker,
        governance_history(f"governance {seed}", chance, proposals=2),
        vault_history(f"vault {seed}", chance, moves=6),
        vault_history(f"other {seed}", chance, moves=2),
    ]
    return sorted((event for history in histories for event in history.events), key=lambda event: event.slot)


def elsewhere(event: Event) -> Event:
    """The same on the fork that won: later, and elsewhere in its block."""
    return event._replace(slot=event.slot + 5, transaction_index=9)


@given(seed=st.integers(0, 2**32), since=st.floats(0, 1), chance=st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
def test_what_a_fork_took_back_or_moved_leaves_the_tables_of_one_who_never_saw_it(
    shared_database: str, seed: int, since: float, chance: random.Random
) -> None:
    events = a_chains_events(seed)
    fork = int(len(events) * since)
    # Of each stream, what came back on the fork that won is a beginning of what was lost.
    ends = {event.stream: chance.choice([0, 1, 2, 99]) for event in events[fork:]}
    landed: list[Event] = []
    for event in events[fork:]:
        if (left := ends[event.stream]) > 0:
            ends[event.stream] = left - 1
            landed.append(elsewhere(event) if chance.random() < 0.7 else event)

    async def compared() -> None:
        async with asyncpg.create_pool(shared_database, min_size=1, max_size=1) as pool:
            store = Store(pool, PROGRAMS)
            await pool.execute(EMPTY)
            await commit(store, [*events[:fork], *landed])
            expected = await seen(pool)
            await pool.execute(EMPTY)
            await commit(store, events)
            await take_back(store, events[fork:], landed)
            assert await seen(pool) == expected

    asyncio.run(compared())


async def test_streams_folded_anew_are_what_they_were_and_stay_proven_where_nothing_changed(pool: asyncpg.Pool) -> None:
    store, events = Store(pool, PROGRAMS), a_chains_events(1)
    await commit(store, events)
    await pool.execute("UPDATE streams SET verified_seq = seq, verified_slot = 9999")
    before = await seen(pool)
    tracker = next(event for event in events if event.name == "AccountMigrated")
    await take_back(store, [tracker], [tracker])
    assert await seen(pool) == before
    # The tracker's own transaction is another one; the multisig, folded anew with it, is what the chain agreed with.
    unproven = {row["stream"] for row in await pool.fetch("SELECT stream FROM streams WHERE verified_seq = 0")}
    assert unproven == {tracker.stream}


async def test_an_alert_whose_cause_is_taken_back_is_withdrawn_and_raised_again_under_its_id_if_it_lands(
    pool: asyncpg.Pool,
) -> None:
    store, council = Store(pool, PROGRAMS), CouncilHistory("council")
    council.approved()
    *before, crossing = council.events
    await store.commit(WINDLASS, council.events)
    (raised,) = await pool.fetch("SELECT id, change FROM alerts WHERE kind = 'threshold_reached'")
    await store.replace(WINDLASS, [crossing.signature], [])
    assert [kind for kind, _ in await standing(pool)] == ["proposal_created"]
    withdrawn = await pool.fetchrow("SELECT withdrawn_at, change FROM alerts WHERE id = $1", raised["id"])
    assert withdrawn["withdrawn_at"] is not None
    await store.commit(WINDLASS, [elsewhere(crossing)])
    again = await pool.fetchrow("SELECT withdrawn_at, change, slot FROM alerts WHERE id = $1", raised["id"])
    assert (again["withdrawn_at"], again["slot"]) == (None, crossing.slot + 5)
    assert raised["change"] < withdrawn["change"] < again["change"]
    assert len(before) == len(council.events) - 1


async def test_subscribers_are_told_of_what_changed_and_of_what_is_gone(pool: asyncpg.Pool, database: str) -> None:
    store = Store(pool, PROGRAMS)
    kept, born = vault_history("kept", random.Random(1), moves=2), vault_history("born", random.Random(2), moves=1)
    await store.commit(VAULT, [*kept.events, *born.events])
    told: list[dict[str, Any]] = []
    listener = await asyncpg.connect(database)
    await listener.add_listener("windlass_changes", lambda *message: told.append(orjson.loads(message[3])))
    await store.replace(VAULT, [event.signature for event in [kept.events[-1], *born.events]], [])
    await listener.fetchval("SELECT 1")
    await listener.close()
    assert {(change["kind"], change["key"], change["seq"]) for change in told} == {
        ("vault", kept.stream, 2),
        ("vault", born.stream, 0),
        ("tvl", address("mint"), 0),
    }


async def test_a_fork_is_taken_back_altogether_or_not_at_all(pool: asyncpg.Pool, database: str) -> None:
    store, events = Store(pool, PROGRAMS), a_chains_events(3)
    await commit(store, events)
    before = await seen(pool)
    reader = await asyncpg.connect(database)
    last = [event for event in events if event.program == VAULT][-5:]
    async with reader.transaction():
        # The last of the tables to be emptied is locked: everything before it has been taken out by then.
        await reader.execute("LOCK TABLE vaults IN SHARE ROW EXCLUSIVE MODE")
        taking = asyncio.create_task(store.replace(VAULT, [event.signature for event in last], []))
        waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        pid = await until(lambda: reader.fetchval(waiting), "the taking back waits for the lock")
        assert await seen(pool) == before
        await reader.execute("SELECT pg_terminate_backend($1)", pid)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
            await taking
    await reader.close()
    assert await seen(pool) == before
    await take_back(store, last)
    assert (await seen(pool))["events"] == [
        event for event in before["events"] if event[2] not in {e.signature for e in last}
    ]


def deposit(name: str, amount: int, who: int = 0) -> Intent:
    """A signed transaction; of 0, the vault is made."""
    return Intent(signature(name), (Step("vault", who, amount),), "legacy", False, False, frozenset())


def block(slot: int, fork: int, *intents: Intent) -> Planned:
    return Planned(slot, 1_790_000_000 + slot, fork, intents)


class Switched:
    """A chain that switches to another fork between two looks at it: `before` it, and after `switch`."""

    def __init__(self, *moves: Move) -> None:
        script = Script(seed=0, lag=8, moves=[Move(0, (block(FIRST_SLOT, 0, deposit("birth", 0)),)), *moves])
        self.growth = Growth(script, Run(script))
        self.node = Node(self.growth, Faults(), random.Random(0), shuffled=False, index=True)

    def step(self) -> None:
        """The chain's next move."""
        self.growth.step()
        self.node.hear()


class Reading:
    """Reads all that the node lists of the vault's program, as a follower's sweep does."""

    def __init__(self, pool: asyncpg.Pool, rpc: Rpc) -> None:
        program = next(program for program in PROGRAMS if program.address == VAULT)
        self.store = Store(pool, PROGRAMS)
        self._chain = Chain(rpc)
        self._ingest = Ingest(program, self._chain, self.store, lambda: 0)
        self._forks = Forks(self._chain, self.store, self._ingest)

    async def told(self, signature: str) -> Committed:
        """A wake-up names this transaction."""
        return (await self._ingest.fetch({signature: 0})).committed

    async def sweep(self) -> Replaced:
        """What was taken back on the way."""
        unsettled = await self._forks.unsettled()
        listed = [item async for page in self._chain.history(VAULT, None) for item in page]
        replaced = await self._forks.compare(unsettled, listed)
        fetched = await self._ingest.fetch(
            {item.signature: item.slot for item in listed if not item.failed}, Cursor(0, None)
        )
        assert not fetched.missing
        return replaced


async def vaults(pool: asyncpg.Pool) -> dict[str, tuple[int, int]]:
    """Balance and slot of the newest change, by address."""
    rows = await pool.fetch("SELECT address, total_balance::bigint AS balance, updated_slot FROM vaults")
    return {row["address"]: (row["balance"], row["updated_slot"]) for row in rows}


async def test_one_of_two_rivals_for_a_place_in_a_stream_stays(pool: asyncpg.Pool) -> None:
    lost, won = deposit("lost", 30), deposit("won", 70)
    chain = Switched(Move(0, (block(101, 0, lost),)), Move(1, (block(102, 1, won), block(103, 1))))
    async with chain.node.serving(), Rpc(chain.node.rpc_url) as rpc:
        reading = Reading(pool, rpc)
        chain.step()
        await reading.sweep()
        chain.step()
        # The winner's is told before the list is read: its event claims the place that the loser's has.
        assert (await reading.told(won.signature)).rivals == {won.signature}
        assert await pool.fetchval("SELECT disagreement FROM streams")
        replaced = await reading.sweep()
    assert replaced.signatures == {lost.signature}
    assert await vaults(pool) == {vault(0): (70, 102)}
    assert await pool.fetchval("SELECT disagreement FROM streams") is None
    assert chain.growth.view.blocks[-1].streams[vault(0)].digest == await pool.fetchval("SELECT digest FROM streams")


async def test_a_transaction_that_failed_on_the_fork_that_won_or_never_got_there_is_taken_back(
    pool: asyncpg.Pool,
) -> None:
    fails = Intent(signature("fails"), (Step("vault", 0, 30),), "legacy", False, False, frozenset({1}))
    chain = Switched(
        Move(0, (block(101, 0, fails), block(102, 0, deposit("second", 0, who=1)))),
        Move(2, (block(103, 1, fails), block(104, 1))),
    )
    async with chain.node.serving(), Rpc(chain.node.rpc_url) as rpc:
        reading = Reading(pool, rpc)
        chain.step()
        await reading.sweep()
        assert await vaults(pool) == {vault(0): (30, 101), vault(1): (0, 102)}
        chain.step()
        replaced = await reading.sweep()
    assert replaced.signatures == {fails.signature, signature("second")}
    assert await vaults(pool) == {vault(0): (0, 100)}
    # The second one's row stays, for the verifier to ask whether its account is gone as well.
    assert {row["seq"] for row in await pool.fetch("SELECT seq FROM streams")} == {0, 1}


async def test_a_transaction_in_another_slot_of_the_fork_that_won_is_moved_there(pool: asyncpg.Pool) -> None:
    moved = deposit("moved", 30)
    chain = Switched(Move(0, (block(101, 0, moved),)), Move(1, (block(103, 1, moved),)))
    async with chain.node.serving(), Rpc(chain.node.rpc_url) as rpc:
        reading = Reading(pool, rpc)
        chain.step()
        await reading.sweep()
        chain.step()
        assert (await reading.sweep()).signatures == {moved.signature}
        assert (await reading.sweep()).signatures == set()
    assert await vaults(pool) == {vault(0): (30, 103)}


async def test_what_a_node_that_is_behind_does_not_have_is_not_taken_back(pool: asyncpg.Pool) -> None:
    chain = Switched(Move(0, (block(101, 0, deposit("newest", 30)),)))
    behind = Node(chain.growth, Faults(lag=1), random.Random(0), shuffled=False, index=True)
    async with chain.node.serving(), behind.serving(), Rpc(chain.node.rpc_url) as rpc, Rpc(behind.rpc_url) as late:
        chain.step()
        behind.hear()
        await Reading(pool, rpc).sweep()
        assert (await Reading(pool, late).sweep()).signatures == set()
    assert await vaults(pool) == {vault(0): (30, 101)}
