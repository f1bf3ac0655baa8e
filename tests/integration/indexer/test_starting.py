"""What an operator reads when the indexer cannot start: what is missing, what was tried, how to mend it."""

import asyncio
import os
import socket
from collections.abc import Iterator
from time import monotonic

import asyncpg
import pytest
from integration.indexer.indexer_process import Ended, environment, run_to_end, running_indexer
from solders.pubkey import Pubkey
from stack.localnet import Localnet, running_localnet
from stack.waiting import until
from windlass_indexer.store import Store

SECRET = "hunter2"


@pytest.fixture(scope="module")
def localnet() -> Iterator[Localnet]:
    with running_localnet() as localnet:
        yield localnet


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken and that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def refused_start(environment: dict[str, str], *options: str) -> Ended:
    """`run` with these settings: it must end by itself, soon, without a traceback."""
    started = monotonic()
    ended = await run_to_end("run", *options, env=os.environ | environment)
    assert monotonic() - started < 8
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert SECRET not in ended.err
    return ended


async def test_an_unreachable_database_is_named_without_its_password(localnet: Localnet, closed_port: int) -> None:
    url = f"postgresql://windlass:{SECRET}@127.0.0.1:{closed_port}/windlass"
    ended = await refused_start(environment(localnet, url))
    assert f"postgresql://windlass:***@127.0.0.1:{closed_port}/windlass" in ended.err
    assert "--database or DATABASE_URL" in ended.err


async def test_a_database_that_does_not_exist_is_said_so(localnet: Localnet, postgres: str) -> None:
    ended = await refused_start(environment(localnet, postgres.replace("/postgres?", "/nowhere?")))
    assert 'database "nowhere" does not exist' in ended.err


async def test_an_unreachable_rpc_is_named(localnet: Localnet, database: str, closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    ended = await refused_start(environment(localnet, database), "--rpc", url)
    assert url in ended.err
    assert "--rpc or WINDLASS_RPC_URL" in ended.err


async def test_an_rpc_that_is_something_else_is_said_so(localnet: Localnet, database: str) -> None:
    ended = await refused_start(environment(localnet, database), "--rpc", localnet.ws_url.replace("ws", "http"))
    assert "RPC" in ended.err


async def test_an_unreachable_websocket_is_named(localnet: Localnet, database: str, closed_port: int) -> None:
    url = f"ws://127.0.0.1:{closed_port}"
    ended = await refused_start(environment(localnet, database), "--ws", url)
    assert url in ended.err
    assert "--ws or WINDLASS_WS_URL" in ended.err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--rpc", "localhost:8899", "WINDLASS_RPC_URL is not a URL that begins with http://"),
        ("--ws", "http://localhost:8900", "WINDLASS_WS_URL is not a URL that begins with ws://"),
        ("--program", "nonsense", "WINDLASS_PROGRAM_ID is not a program's address"),
        ("--vault-program", "1" * 31, "WINDLASS_VAULT_PROGRAM_ID is not a program's address"),
    ],
)
async def test_a_setting_that_means_nothing_is_named(
    localnet: Localnet, database: str, option: str, value: str, said: str
) -> None:
    assert said in (await refused_start(environment(localnet, database), option, value)).err


async def test_a_database_about_another_chain_is_left_alone(localnet: Localnet, database: str) -> None:
    connection = await asyncpg.connect(database)
    async with running_indexer(localnet, database):
        await until(lambda: connection.fetchval("SELECT slot FROM cursors"), "the first chain is followed")
    await connection.close()
    with running_localnet() as other:
        ended = await refused_start(environment(other, database))
    assert "the database holds the chain with genesis" in ended.err
    assert "--database" in ended.err


async def test_sessions_that_somebody_ends_delay_a_start_and_do_not_end_it(
    localnet: Localnet, database: str, connection: asyncpg.Connection
) -> None:
    cut = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""

    async def cut_whatever_comes(sessions: int) -> None:
        while sessions > 0:
            sessions -= await connection.fetchval(cut)

    async with running_indexer(localnet, database):
        async with asyncio.timeout(90):
            await cut_whatever_comes(8)
        await until(lambda: connection.fetchval("SELECT slot FROM cursors"), "the chain is followed")


async def test_indexers_that_start_together_agree_which_chain_the_database_is_about(database: str) -> None:
    async with asyncpg.create_pool(database, min_size=16, max_size=16) as pool:
        store, genesis = Store(pool, []), str(Pubkey.new_unique())
        for _ in range(20):
            await pool.execute("TRUNCATE chain")
            await asyncio.gather(*(store.claim_chain(genesis) for _ in range(16)))
        assert await pool.fetchval("SELECT genesis_hash FROM chain") == genesis
