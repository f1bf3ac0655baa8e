"""Two indexers on one database: one leads, and whatever ends it, the other goes on where it stopped."""

from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import monotonic

import asyncpg
import pytest
from integration.indexer.indexer_process import counts, running_indexer
from integration.indexer.vault_chain import User, VaultChain, vault_localnet
from stack.localnet import Localnet
from stack.waiting import until

USERS = [User(f"leadership {number}") for number in range(4)]
# A takeover ends with the first events that the successor commits.
TAKEOVER_SECONDS = 5.0
EPOCH = "SELECT epoch FROM leadership"
LEADERS = """SELECT pid FROM pg_locks
JOIN pg_database ON pg_database.oid = pg_locks.database AND datname = current_database()
WHERE locktype = 'advisory' AND granted
  AND objid = (hashtext('windlass_indexer.leader')::bigint & 4294967295)::oid"""


@pytest.fixture
def localnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localnet]:
    with vault_localnet(USERS, tmp_path_factory.mktemp("accounts"), "--slot-ms", "100") as localnet:
        yield localnet


@pytest.fixture
async def chain(localnet: Localnet) -> AsyncIterator[VaultChain]:
    async with VaultChain(localnet) as chain:
        for signature in await chain.send_all([(user, user.initialize()) for user in USERS]):
            await chain.transaction(signature)
        yield chain


async def one_leads(connection: asyncpg.Connection) -> bool:
    return len(await connection.fetch(LEADERS)) == 1


async def says(log: Path, words: str, times: int = 1) -> bool:
    return text_of(log).count(words) >= times


def text_of(log: Path) -> str:
    return log.read_text() if log.exists() else ""


async def all_folded(connection: asyncpg.Connection, events: int) -> bool:
    return await counts(connection) == (events, events)


async def all_verified(connection: asyncpg.Connection) -> bool:
    return not await connection.fetchval("SELECT count(*) FROM streams WHERE verified_seq < seq")


async def deposit(chain: VaultChain, count: int) -> None:
    await chain.send_all([(USERS[n % len(USERS)], USERS[n % len(USERS)].deposit(1)) for n in range(count)])


@pytest.mark.parametrize("ending", ["kill -9", "SIGTERM"])
async def test_the_one_that_stands_by_takes_over_within_five_seconds_of_the_leaders_end(
    chain: VaultChain, database: str, connection: asyncpg.Connection, tmp_path: Path, ending: str
) -> None:
    first_log, second_log = tmp_path / "first", tmp_path / "second"
    async with running_indexer(chain.localnet, database, log_to=first_log) as first:
        await until(partial(all_folded, connection, 4), "the first one has read the vaults")
        async with running_indexer(chain.localnet, database, log_to=second_log):
            await until(partial(says, second_log, "standing by"), "the second one says that it stands by")
            await deposit(chain, 40)
            await until(partial(all_folded, connection, 44), "the leader folds")
            if ending == "kill -9":
                first.kill()
            else:
                first.terminate()
            ended = monotonic()
            await deposit(chain, 40)
            await until(partial(all_folded, connection, 84), "the other one goes on", TAKEOVER_SECONDS)
            print(f"taken over {monotonic() - ended:.2f} s after {ending}, with what had happened meanwhile")
            assert await connection.fetchval(EPOCH) == 2
            await until(partial(all_verified, connection), "all streams agree with the chain")
    assert "following" in text_of(first_log)
    assert text_of(second_log).index("standing by") < text_of(second_log).index("following")


async def test_a_leader_that_loses_its_session_gives_way_and_stands_by(
    chain: VaultChain, database: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    first_log, second_log = tmp_path / "first", tmp_path / "second"
    async with running_indexer(chain.localnet, database, log_to=first_log):
        await until(partial(all_folded, connection, 4), "the first one has read the vaults")
        async with running_indexer(chain.localnet, database, log_to=second_log):
            await until(partial(says, second_log, "standing by"), "the second one stands by")
            # Whichever of the two is faster takes the lead, so it may take more than one cut.
            cuts = 0
            while not await says(second_log, "leading this database"):
                await until(partial(connection.fetchval, LEADERS), "one of the two leads")
                await connection.execute("SELECT pg_terminate_backend($1)", await connection.fetchval(LEADERS))
                cuts += 1
                lost = monotonic()

                async def succeeded(cuts: int = cuts) -> bool:
                    return bool(await connection.fetchval(EPOCH) == cuts + 1)

                await until(succeeded, "there is a leader again", TAKEOVER_SECONDS)
                print(f"led again {monotonic() - lost:.2f} s after cut {cuts}")
                # It notices that its session is gone or that its epoch is over: whichever comes first.
                await until(partial(says, first_log, "standing for it again", cuts), "the first one notices", 5)
            await deposit(chain, 40)
            await until(partial(all_folded, connection, 44), "the new leader folds", TAKEOVER_SECONDS)
            await until(partial(says, first_log, "standing by"), "the first one stands by now")
            await until(partial(all_verified, connection), "all streams agree with the chain")


async def one_stands_by(logs: Sequence[Path]) -> bool:
    return any("standing by" in log.read_text() for log in logs)


async def test_both_come_back_from_a_cut_of_all_sessions_and_one_leads(
    chain: VaultChain, database: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    cut = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'windlass-indexer'"""
    logs = tmp_path / "first", tmp_path / "second"
    async with (
        running_indexer(chain.localnet, database, log_to=logs[0]),
        running_indexer(chain.localnet, database, log_to=logs[1]),
    ):
        await until(partial(all_folded, connection, 4), "one of them has read the vaults")
        await until(partial(one_stands_by, logs), "the other one has started")
        for number in (1, 2, 3):
            await connection.execute(cut)
            await deposit(chain, 20)
            await until(partial(all_folded, connection, 4 + 20 * number), f"cut {number} loses nothing", 10)
        await until(partial(one_leads, connection), "one of them leads", 5)
        await until(partial(all_verified, connection), "all streams agree with the chain")
