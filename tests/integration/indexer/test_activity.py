"""Successes and failures of a governed program by minute: each transaction once, as the chain itself lists them."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from functools import partial

import asyncpg
import pytest
from integration.indexer.indexer_process import running_indexer
from integration.indexer.synthetic import History, address, signature
from integration.indexer.vault_chain import User, VaultChain, vault_localnet
from simulation.ledger import Intent, Move, Planned, Run, Script, Step
from simulation.node import Faults, Node
from simulation.views import Growth
from stack.localnet import Localnet
from stack.waiting import until
from windlass_indexer.activity import Activity
from windlass_indexer.chain import Chain, ChainTime
from windlass_indexer.rpc import Rpc
from windlass_indexer.settings import Settings
from windlass_indexer.store import Cursor, Store
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID

USERS = [User(f"activity {number}") for number in range(4)]
GOVERNED = str(VAULT_PROGRAM_ID)
COUNTED = "SELECT coalesce(sum(successes), 0), coalesce(sum(failures), 0) FROM program_activity"

Minutes = dict[int, tuple[int, int]]  # unix minute: successes and failures


@pytest.fixture
def localnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localnet]:
    with vault_localnet(USERS, tmp_path_factory.mktemp("accounts"), "--slot-ms", "20") as localnet:
        yield localnet


@pytest.fixture
async def chain(localnet: Localnet) -> AsyncIterator[VaultChain]:
    async with VaultChain(localnet) as chain:
        signatures = await chain.send_all([(user, user.initialize()) for user in USERS])
        await chain.transaction(signatures[-1])
        yield chain


async def register(database: str) -> None:
    """The vault program comes under a multisig, before its first transaction."""
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as pool:
        await registered(pool)
        # The chain knows nothing of these two events, and the indexer would take them back.
        await pool.execute("DELETE FROM events")
        await pool.execute("DELETE FROM streams")


async def registered(pool: asyncpg.Pool) -> Store:
    """As its events say, which stay."""
    history = History(str(WINDLASS_PROGRAM_ID), address("activity multisig"))
    periods = {"timelock": 172_800, "rollback_delay": 60, "grace_period": 1_209_600, "voting_period": 3_600}
    thresholds = {"threshold": 1, "cancel_threshold": 1, "emergency_threshold": 1}
    member = {"key": address("activity member"), "roles": 7}
    history.emit(
        "MultisigInitialized",
        multisig=history.stream,
        create_key=address("activity key"),
        members=[member],
        **thresholds,
        **periods,
    )
    history.emit(
        "ProgramRegistered",
        multisig=history.stream,
        program=GOVERNED,
        program_data=address("activity data"),
        upgrade_authority=address("activity authority"),
        previous_authority=address("activity before"),
        timelock=0,
        version=0,
    )
    store = Store(pool, Settings.read({}).programs)
    await store.commit(str(WINDLASS_PROGRAM_ID), history.events)
    return store


def moving(amount: int | None) -> tuple[Intent, ...]:
    """A transaction of the governed program, or none."""
    if amount is None:
        return ()
    steps = (Step("vault", 0, amount),)
    return (Intent(signature(f"activity {amount}"), steps, "legacy", False, False, frozenset()),)


async def transactions(chain: VaultChain, deposits: int, failures: int) -> None:
    too_much = 10**9
    batch = [(USERS[n % 4], USERS[n % 4].deposit(1)) for n in range(deposits)]
    batch += [(USERS[n % 4], USERS[n % 4].withdraw(too_much)) for n in range(failures)]
    signatures = await chain.send_all(batch)
    await chain.transaction(signatures[-1])


async def on_chain(chain: VaultChain) -> Minutes:
    listed = await chain.rpc.call("getSignaturesForAddress", GOVERNED, {"commitment": "confirmed"})
    counts = Counter((item["blockTime"] // 60, item["err"] is None) for item in listed)
    return {minute: (counts[minute, True], counts[minute, False]) for minute, _ in counts}


async def in_tables(connection: asyncpg.Connection) -> Minutes:
    rows = await connection.fetch(
        "SELECT extract(epoch FROM minute)::bigint / 60 AS minute, successes, failures FROM program_activity"
    )
    return {row["minute"]: (row["successes"], row["failures"]) for row in rows}


async def counted(connection: asyncpg.Connection, successes: int, failures: int) -> bool:
    return tuple(await connection.fetchrow(COUNTED)) == (successes, failures)


async def test_successes_and_failures_are_counted_by_minute(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    await register(database)
    async with running_indexer(chain.localnet, database):
        await transactions(chain, deposits=30, failures=7)
        await until(partial(counted, connection, 34, 7), "the first minute is counted")
        now = await connection.fetchval("SELECT extract(epoch FROM max(chain_time))::bigint FROM cursors")
        await chain.rpc.call("surfnet_timeTravel", {"absoluteTimestamp": (now + 3_600) * 1_000})
        await transactions(chain, deposits=5, failures=20)
        await until(partial(counted, connection, 39, 27), "the minute an hour later is counted")
    minutes = await in_tables(connection)
    assert minutes == await on_chain(chain)
    assert len(minutes) >= 2


async def test_nothing_is_counted_from_a_registration_that_a_fork_may_still_take_back(database: str) -> None:
    """Or what came before the one that won would be counted too, and differently by who came later."""
    moves = [(100, 0), (110, 30), (120, 40), *((slot, None) for slot in range(121, 200))]
    blocks = [Planned(slot, 1_790_000_000, 0, moving(amount)) for slot, amount in moves]
    script = Script(seed=0, lag=2, moves=[Move(0, (block,)) for block in blocks])
    growth = Growth(script, Run(script))
    while not growth.ended.is_set():
        growth.step()
    node = Node(growth, Faults(), random.Random(0), shuffled=False, index=True)
    async with (
        asyncpg.create_pool(database, min_size=1, max_size=1) as pool,
        node.serving(),
        Rpc(node.rpc_url) as rpc,
    ):
        store = await registered(pool)
        activity = Activity(Chain(rpc), pool, lambda: ChainTime(199, 197, 1_790_000_000))
        # Of the fork that lost; then read anew, and only up to before it; then all of it.
        for slot, read, settled, counts in [(100, 199, 99, 0), (105, 104, 199, 0), (105, 199, 199, 2)]:
            await pool.execute("UPDATE programs SET registered_slot = $1", slot)
            await pool.execute("DELETE FROM cursors")
            await store.commit(str(WINDLASS_PROGRAM_ID), [], Cursor(read, None, settled))
            await activity.count()
            assert await pool.fetchval("SELECT coalesce(sum(successes), 0) FROM program_activity") == counts


async def test_kills_neither_lose_a_transaction_nor_count_one_twice(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    await register(database)
    for sent in range(3):
        async with running_indexer(chain.localnet, database) as process:
            await transactions(chain, deposits=60, failures=20)

            async def counts(before: int = sent * 80) -> bool:
                return bool(sum(await connection.fetchrow(COUNTED)) > before)

            await until(counts, "the indexer counts")
            process.kill()
        await transactions(chain, deposits=10, failures=10)
    async with running_indexer(chain.localnet, database):
        await until(partial(counted, connection, 4 + 3 * 70, 3 * 30), "all are counted")
    assert await in_tables(connection) == await on_chain(chain)


async def test_programs_that_nobody_governs_are_not_counted(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    async with running_indexer(chain.localnet, database):
        await transactions(chain, deposits=3, failures=3)
        query = "SELECT max(finalized_slot) FROM cursors"
        tip = int(await chain.rpc.call("getSlot", {"commitment": "confirmed"}))

        async def finalized() -> bool:
            return int(await connection.fetchval(query) or 0) > tip + 100

        await until(finalized, "all of it is finalized, and there was time to count")
    assert await in_tables(connection) == {}
