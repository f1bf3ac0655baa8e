"""The indexer process against the embedded chain and PostgreSQL: nothing lost, nothing doubled, whatever happens."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from time import monotonic

import asyncpg
import pytest
from integration.indexer.indexer_process import counts, environment, run_to_end, running_indexer, tables
from integration.indexer.vault_chain import User, VaultChain, vault_localnet
from solders.instruction import Instruction
from stack.localnet import Localnet
from stack.waiting import until

USERS = [User(f"following {number}") for number in range(10)]


@pytest.fixture
def localnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localnet]:
    with vault_localnet(USERS, tmp_path_factory.mktemp("accounts"), "--slot-ms", "100") as localnet:
        yield localnet


@pytest.fixture
async def chain(localnet: Localnet) -> AsyncIterator[VaultChain]:
    async with VaultChain(localnet) as chain:
        yield chain


async def initialize_vaults(chain: VaultChain) -> None:
    signatures = await chain.send_all([(user, user.initialize()) for user in USERS])
    for signature in signatures:
        assert (await chain.transaction(signature))["meta"]["err"] is None


def moves(count: int, seed: int) -> list[tuple[User, Instruction]]:
    """Deposits and withdrawals of all users, mixed; every balance stays above zero."""
    chance = random.Random(seed)
    batch: list[tuple[User, Instruction]] = []
    balances = dict.fromkeys(USERS, 0)
    for _ in range(count):
        user = chance.choice(USERS)
        amount = chance.randint(1, 1_000)
        if balances[user] >= amount and chance.random() < 0.4:
            balances[user] -= amount
            batch.append((user, user.withdraw(amount)))
        else:
            balances[user] += amount
            batch.append((user, user.deposit(amount)))
    return batch


async def all_folded(connection: asyncpg.Connection, events: int) -> bool:
    return await counts(connection) == (events, events)


async def all_verified(connection: asyncpg.Connection, streams: int) -> bool:
    agreed = "SELECT count(*) FROM streams WHERE verified_seq = seq AND disagreement IS NULL"
    return int(await connection.fetchval(agreed)) == streams


async def send_slot_by_slot(chain: VaultChain, batch: Sequence[tuple[User, Instruction]], each: int = 10) -> None:
    """A few transactions each slot, so that they come while other things happen."""
    for start in range(0, len(batch), each):
        signatures = await chain.send_all(batch[start : start + each])
        await chain.transaction(signatures[-1])


async def test_a_deposit_shows_in_the_tables_and_is_verified(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    user = USERS[0]
    async with running_indexer(chain.localnet, database):
        await chain.send(user, user.initialize())
        await chain.send(user, user.deposit(250))
        await until(partial(all_folded, connection, 2), "both events are folded")
        vault = await connection.fetchrow("SELECT * FROM vaults")
        assert (vault["address"], vault["owner"]) == (str(user.vault), str(user.address))
        assert (vault["total_balance"], vault["total_deposited"]) == (250, 250)
        move = await connection.fetchrow("SELECT * FROM vault_transactions")
        assert (move["kind"], move["amount"], move["seq"]) == ("deposit", 250, 2)
        await until(partial(all_verified, connection, 1), "the stream is verified")
    done = await run_to_end("verify", env=environment(chain.localnet, database))
    assert (done.code, done.out) == (0, "1 of 1 streams agree with the chain\n")


async def test_readers_are_notified_by_the_commit_that_changes_a_vault(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    user = USERS[0]
    told: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    await connection.add_listener(
        "windlass_changes", lambda _connection, _pid, _channel, payload: told.put_nowait(json.loads(payload))
    )
    async with running_indexer(chain.localnet, database):
        signature = await chain.send(user, user.initialize())
        async with asyncio.timeout(90):
            while (message := await told.get())["kind"] != "vault":
                assert message["kind"] == "status"
        slot = (await chain.transaction(signature))["slot"]
        key, owner = str(user.vault), str(user.address)
        assert message == {"kind": "vault", "key": key, "owner": owner, "slot": slot, "seq": 1}


async def test_what_happened_while_it_was_down_is_caught_up(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    await initialize_vaults(chain)
    async with running_indexer(chain.localnet, database):
        await until(partial(all_folded, connection, 10), "the vaults are there")
    for signature in await chain.send_all(moves(250, seed=1)):
        await chain.transaction(signature)
    assert await counts(connection) == (10, 10)
    async with running_indexer(chain.localnet, database):
        await until(partial(all_folded, connection, 260), "the moves are there")
        await until(partial(all_verified, connection, 10), "all streams are verified")


async def test_killed_amid_500_transactions_it_ends_where_an_unbroken_run_does(
    chain: VaultChain, postgres: str, database: str, connection: asyncpg.Connection
) -> None:
    await initialize_vaults(chain)
    batch = moves(500, seed=2)
    chance = random.Random(7)
    for sent in range(0, 500, 100):
        async with running_indexer(chain.localnet, database) as process:
            await until(partial(all_folded, connection, 10 + sent), "what was missed is caught up")
            sending = asyncio.create_task(send_slot_by_slot(chain, batch[sent : sent + 100]))

            async def writes(before: int = 10 + sent) -> bool:
                return (await counts(connection))[0] > before

            await until(writes, "the indexer writes")
            # At another point of the way each time: in reading, decoding, folding or committing.
            await asyncio.sleep(chance.uniform(0.0, 0.4))
            process.kill()
        stored, folded = await counts(connection)
        assert stored == folded, "a kill left events without their folds"
        assert stored < 10 + sent + 100, "the kill came after the last event"
        await sending
    async with running_indexer(chain.localnet, database):
        await until(partial(all_folded, connection, 510), "all events are folded")
        await until(partial(all_verified, connection, 10), "all streams are verified")
    broken = await tables(connection)

    await connection.execute(
        "TRUNCATE events, streams, cursors, vaults, vault_transactions, balance_snapshots, tvl_stats RESTART IDENTITY"
    )
    started = monotonic()
    async with running_indexer(chain.localnet, database):
        await until(partial(all_folded, connection, 510), "all events are folded")
        print(f"510 events from an empty database in {monotonic() - started:.2f} s, process start included")
        await until(partial(all_verified, connection, 10), "all streams are verified")
    assert broken == await tables(connection)


async def test_a_lost_event_is_fetched_again_from_the_streams_own_history(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    user = USERS[0]
    await chain.send(user, user.initialize())
    async with running_indexer(chain.localnet, database):
        await until(partial(all_folded, connection, 1), "the vault is there")
    # As if the node had never listed the next two deposits: the cursor is beyond them, the tables are not.
    for amount in (1, 2):
        await chain.transaction(await chain.send(user, user.deposit(amount)))
    last = await chain.transaction(await chain.send(user, user.deposit(3)))
    await connection.execute(
        "UPDATE cursors SET slot = $1, signature = $2 WHERE program = $3",
        last["slot"],
        last["transaction"]["signatures"][0],
        "VLT1QGNyVgn3ozzdQcansZmZzPYcazcDQ5gHgDfGCCx",
    )
    async with running_indexer(chain.localnet, database):
        await chain.send(user, user.deposit(4))
        await until(partial(all_folded, connection, 5), "the gap is closed")
        await until(partial(all_verified, connection, 1), "the stream is verified")


async def test_time_travel_shows_in_the_chain_time(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    async with running_indexer(chain.localnet, database):
        query = "SELECT extract(epoch FROM max(chain_time))::bigint FROM cursors"
        before = await until(partial(connection.fetchval, query), "the chain's time is there")
        later = (before + 172_800) * 1_000
        await chain.rpc.call("surfnet_timeTravel", {"absoluteTimestamp": later})

        async def travelled() -> bool:
            return bool(await connection.fetchval(query) >= before + 172_800)

        await until(travelled, "two days have passed", seconds=2)
