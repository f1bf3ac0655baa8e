"""`windlass-indexer backfill`: any range of slots, as often as one likes, with the rows that following gives."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from integration.indexer.indexer_process import Ended, counts, environment, run_to_end, running_indexer, tables
from integration.indexer.vault_chain import User, VaultChain, vault_localnet
from stack.localnet import Localnet
from stack.waiting import until
from windlass_programs.addresses import VAULT_PROGRAM_ID
from windlass_programs.artifacts import idl_path

USERS = [User(f"backfill {number}") for number in range(10)]
EMPTY = "TRUNCATE events, streams, cursors, vaults, vault_transactions, balance_snapshots, tvl_stats RESTART IDENTITY"


@pytest.fixture
def localnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localnet]:
    with vault_localnet(USERS, tmp_path_factory.mktemp("accounts"), "--slot-ms", "100") as localnet:
        yield localnet


@pytest.fixture
async def chain(localnet: Localnet) -> AsyncIterator[VaultChain]:
    """With dense slots and sparse ones, and a failed transaction."""
    async with VaultChain(localnet) as chain:
        for batch in (
            [(user, user.initialize()) for user in USERS],
            [(user, user.deposit(10)) for user in USERS * 30],
            [(USERS[0], USERS[0].withdraw(1_000_000))],
            [(USERS[1], USERS[1].deposit(5))],
            [(USERS[2], USERS[2].withdraw(5)), (USERS[3], USERS[3].deposit(5))],
        ):
            signatures = await chain.send_all(batch)
            await chain.transaction(signatures[-1])
        yield chain


EVENTS = 10 + 300 + 3


async def slots(chain: VaultChain) -> list[int]:
    """Of the vault program's transactions, in order, each once."""
    options = {"commitment": "confirmed"}
    listed = await chain.rpc.call("getSignaturesForAddress", str(VAULT_PROGRAM_ID), options)
    return sorted({item["slot"] for item in listed})


async def tip(chain: VaultChain) -> int:
    return int(await chain.rpc.call("getSlot", {"commitment": "confirmed"}))


async def backfill(chain: VaultChain, database: str, first: int, last: int, *options: str) -> Ended:
    arguments = ("--from", str(first), "--to", str(last), *options)
    return await run_to_end("backfill", *arguments, env=os.environ | environment(chain.localnet, database))


async def told(chain: VaultChain, database: str, first: int, last: int, *options: str) -> Any:
    done = await backfill(chain, database, first, last, "--json", *options)
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


async def all_folded(connection: asyncpg.Connection, events: int) -> bool:
    return await counts(connection) == (events, events)


async def test_a_backfill_gives_the_rows_that_following_gives(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    async with running_indexer(chain.localnet, database):
        await until(partial(all_folded, connection, EVENTS), "all is followed")
    followed = await tables(connection)
    await connection.execute(EMPTY)
    done = await told(chain, database, 0, await tip(chain))
    assert (done["events"], done["transactions"], done["unreadable"], done["gaps"]) == (EVENTS, EVENTS, 0, 0)
    assert done["blocks"] > 0, "the dense slots came as blocks"
    assert await tables(connection) == followed
    assert not await connection.fetchval("SELECT count(*) FROM cursors")


async def test_backfilling_again_changes_nothing(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    end = await tip(chain)
    first = await told(chain, database, 0, end)
    before = await tables(connection)
    assert await told(chain, database, 0, end) == first
    assert await tables(connection) == before
    plain = await backfill(chain, database, 0, end)
    assert plain.out == f"313 events in 313 transactions of slots 0 to {end}\n"


async def test_both_ends_of_the_range_are_read_and_nothing_beyond(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    await chain.transaction(await chain.send(USERS[4], USERS[4].deposit(1)))
    known = await slots(chain)
    assert len(known) >= 4
    first, last = known[1], known[-2]
    done = await told(chain, database, first, last)
    stored = [row["slot"] for row in await connection.fetch("SELECT DISTINCT slot FROM events ORDER BY slot")]
    assert (stored[0], stored[-1]) == (first, last)
    assert set(stored) <= set(known)
    assert done["gaps"] > 0, "the streams begin before the range"
    assert not await connection.fetchval("SELECT sum(seq) FROM streams")
    await told(chain, database, 0, first - 1)
    await told(chain, database, last + 1, await tip(chain))
    assert await counts(connection) == (EVENTS + 1, EVENTS + 1)


async def test_a_range_that_was_lost_is_brought_back_beside_a_running_indexer(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    async with running_indexer(chain.localnet, database):
        await until(partial(all_folded, connection, EVENTS), "all is followed")
        whole = await tables(connection)
        await connection.execute("DELETE FROM events WHERE id % 3 = 0")
        await told(chain, database, 0, await tip(chain))
        assert await tables(connection) == whole


async def test_another_program_is_backfilled_by_its_idl(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    done = await told(chain, database, 0, await tip(chain), "--only", "--idl", str(idl_path("collateral_vault_v1")))
    assert done["events"] == EVENTS
    assert await connection.fetchval("SELECT count(*) FROM events WHERE stream IS NULL") == EVENTS


@pytest.mark.parametrize(
    ("first", "last", "code", "said"),
    [(5, 4, 2, "a range begins before it ends"), (0, 10**9, 1, "the chain is at slot")],
)
async def test_a_range_that_is_none_is_refused(
    localnet: Localnet, database: str, tmp_path: Path, first: int, last: int, code: int, said: str
) -> None:
    async with VaultChain(localnet) as chain:
        done = await backfill(chain, database, first, last)
    assert (done.code, "Traceback" in done.err) == (code, False)
    assert said in done.err
