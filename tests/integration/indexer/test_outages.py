"""What breaks while the indexer runs: it goes on by itself, and the tables come out whole."""

from collections.abc import AsyncIterator, Iterator
from functools import partial

import asyncpg
import pytest
from integration.indexer.indexer_process import counts, environment, run_to_end, running_indexer
from integration.indexer.vault_chain import User, VaultChain, vault_localnet
from stack.localnet import Localnet
from stack.waiting import until

USERS = [User(f"outage {number}") for number in range(4)]
CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'windlass-indexer'"""
FORGE = "UPDATE streams SET digest = decode(repeat('ff', 32), 'hex') RETURNING stream"


@pytest.fixture
def localnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localnet]:
    # A websocket that cuts off whoever has more than two notifications waiting.
    flags = ("--slot-ms", "100", "--rpc-pubsub-queue-capacity-items", "2")
    with vault_localnet(USERS, tmp_path_factory.mktemp("accounts"), *flags) as localnet:
        yield localnet


@pytest.fixture
async def chain(localnet: Localnet) -> AsyncIterator[VaultChain]:
    async with VaultChain(localnet) as chain:
        for signature in await chain.send_all([(user, user.initialize()) for user in USERS]):
            await chain.transaction(signature)
        yield chain


async def all_folded(connection: asyncpg.Connection, events: int) -> bool:
    return await counts(connection) == (events, events)


async def deposits(chain: VaultChain, count: int) -> None:
    """Sent at once, so that they are in one or two slots."""
    await chain.send_all(
        [(USERS[number % len(USERS)], USERS[number % len(USERS)].deposit(1)) for number in range(count)]
    )


async def test_a_websocket_that_is_cut_off_by_a_burst_loses_nothing(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    async with running_indexer(chain.localnet, database):
        await until(partial(all_folded, connection, 4), "the vaults are there")
        for burst in (1, 2, 3):
            await deposits(chain, 100)
            await until(partial(all_folded, connection, 4 + 100 * burst), f"burst {burst} is folded")


async def test_lost_database_connections_are_made_again(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    async with running_indexer(chain.localnet, database):
        await until(partial(all_folded, connection, 4), "the vaults are there")
        for cut in (1, 2, 3):
            await deposits(chain, 40)
            await connection.execute(CUT)
            await until(partial(all_folded, connection, 4 + 40 * cut), f"the deposits around cut {cut} are folded")


async def test_a_stream_altered_in_the_tables_is_told_to_disagree(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    async with running_indexer(chain.localnet, database):
        await until(partial(all_folded, connection, 4), "the vaults are there")
        stream = await connection.fetchval(FORGE)
        query = "SELECT disagreement FROM streams WHERE stream = $1"
        disagreement = await until(partial(connection.fetchval, query, stream), "the disagreement is found")
    assert disagreement.startswith("differs from the chain: at 1 the digest is ")
    done = await run_to_end("verify", env=environment(chain.localnet, database))
    assert done.code == 1
    assert f"{stream} differs from the chain" in done.out
    assert done.out.endswith("0 of 4 streams agree with the chain\n")
