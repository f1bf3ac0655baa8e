"""Any Anchor program that emits by CPI is followed by its IDL: each event once, in order, whatever happens."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from integration.indexer.indexer_process import environment, run_to_end, running_indexer
from integration.indexer.vault_chain import User, VaultChain, vault_localnet
from stack.localnet import Localnet
from stack.waiting import until
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.idl import Idl
from windlass_programs.legacy_idl import to_legacy

USERS = [User(f"any program {number}") for number in range(10)]
PROGRAM = str(VAULT_PROGRAM_ID)
STORED = """SELECT slot, transaction_index, signature, path, program, name, stream, seq, bytes, data
FROM events ORDER BY slot, transaction_index, path"""


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


def idl_file(directory: Path, **changes: Any) -> str:
    """The vault's IDL as if it were another program's, without an address."""
    idl = {**Idl.load("collateral_vault_v1").json, **changes}
    idl["metadata"] = idl["metadata"] | {"name": "somebody_elses"}
    file = directory / "idl.json"
    file.write_text(json.dumps(idl))
    return str(file)


def old_idl_file(directory: Path) -> str:
    legacy = to_legacy(Idl.load("collateral_vault_v1").json) | {"name": "somebody_elses", "metadata": {}}
    file = directory / "old.json"
    file.write_text(json.dumps(legacy))
    return str(file)


async def stored(connection: asyncpg.Connection, events: int) -> bool:
    return int(await connection.fetchval("SELECT count(*) FROM events")) == events


async def test_its_events_are_stored_as_json_and_fold_into_nothing(
    chain: VaultChain, database: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    options = ("--only", "--idl", idl_file(tmp_path), "--program", PROGRAM)
    log = tmp_path / "log"
    async with running_indexer(chain.localnet, database, *options, log_to=log):
        await until(partial(stored, connection, 10), "what happened before is caught up")
        signature = await chain.send(USERS[0], USERS[0].deposit(250))
        await until(partial(stored, connection, 11), "what happens now is there")
    event = await connection.fetchrow("SELECT * FROM events WHERE signature = $1", signature)
    data = json.loads(event["data"])
    assert (event["name"], event["program"], event["stream"], event["seq"]) == ("Deposited", PROGRAM, None, None)
    assert (data["owner"], data["amount"], data["total_balance"]) == (str(USERS[0].address), 250, 250)
    assert await connection.fetchval("SELECT (SELECT count(*) FROM streams) + (SELECT count(*) FROM vaults)") == 0
    assert [row["program"] for row in await connection.fetch("SELECT program FROM cursors")] == [PROGRAM]
    assert "following somebody_elses" in log.read_text()


async def test_killed_again_and_again_it_ends_where_an_unbroken_run_does(
    chain: VaultChain, database: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    options = ("--only", "--idl", old_idl_file(tmp_path), "--program", PROGRAM)
    for sent in range(0, 300, 100):
        async with running_indexer(chain.localnet, database, *options) as process:
            await until(partial(stored, connection, 10 + sent), "what was missed is caught up")
            await chain.send_all([(user, user.deposit(1)) for user in USERS * 10])

            async def writes(before: int = 10 + sent) -> bool:
                return not await stored(connection, before)

            await until(writes, "the indexer writes")
            process.kill()
    async with running_indexer(chain.localnet, database, *options):
        await until(partial(stored, connection, 310), "all events are stored")
    broken = await connection.fetch(STORED)
    order = [(row["slot"], row["transaction_index"]) for row in broken]
    assert order == sorted(order)
    deposits = [json.loads(row["data"]) for row in broken if row["name"] == "Deposited"]
    balances = [data["total_balance"] for data in deposits if data["vault"] == str(USERS[0].vault)]
    assert balances == list(range(1, 31))
    await connection.execute("TRUNCATE events, cursors RESTART IDENTITY")
    async with running_indexer(chain.localnet, database, *options):
        await until(partial(stored, connection, 310), "all events are stored")
    assert await connection.fetch(STORED) == broken


async def test_it_is_followed_beside_windlass(
    chain: VaultChain, database: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    options = ("--vault-program", "none", "--idl", idl_file(tmp_path, address=PROGRAM))
    async with running_indexer(chain.localnet, database, *options):
        await until(partial(stored, connection, 10), "its events are stored")

        async def both() -> bool:
            rows = await connection.fetch("SELECT program FROM cursors WHERE slot > 0")
            return {row["program"] for row in rows} == {str(WINDLASS_PROGRAM_ID), PROGRAM}

        await until(both, "both are followed")


async def test_an_event_that_its_idl_does_not_know_is_kept_raw(
    chain: VaultChain, database: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    known = [event for event in Idl.load("collateral_vault_v1").json["events"] if event["name"] != "VaultInitialized"]
    options = ("--only", "--idl", idl_file(tmp_path, events=known), "--program", PROGRAM)
    async with running_indexer(chain.localnet, database, *options):
        await until(partial(stored, connection, 10), "the events are stored")
    rows = await connection.fetch("SELECT name, bytes, data FROM events")
    assert {row["name"] for row in rows} == {None}
    assert all(json.loads(row["data"]) == {"raw": row["bytes"].hex()} for row in rows)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--idl", "{old}"), "name the program with a --program of its own"),
        (
            ("--idl", "{idl}", "--program", PROGRAM, "--program", PROGRAM),
            "--program is given 2 times and --idl 1 times",
        ),
        (("--idl", "{idl}", "--program", PROGRAM), f"{PROGRAM} is to be followed 2 times"),
        (("--idl", "{idl}", "--program", "nonsense"), "--program is not a program's address"),
        (("--idl", __file__, "--program", PROGRAM), "this is not JSON"),
        (("--only",), "--only leaves nothing to follow"),
    ],
)
async def test_options_that_do_not_go_together_are_named(
    localnet: Localnet, database: str, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    files = {"{idl}": idl_file(tmp_path), "{old}": old_idl_file(tmp_path)}
    env = os.environ | environment(localnet, database)
    ended = await run_to_end("run", *(files.get(option, option) for option in options), env=env)
    assert (ended.code, "Traceback" in ended.err) == (1, False)
    assert said in ended.err
