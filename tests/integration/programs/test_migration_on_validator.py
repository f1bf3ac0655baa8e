"""A migration on Agave's own validator: another runtime keeps grown accounts, and calls' accounts, in another way.

The multisig, the program and its accounts are made in the embedded chain and loaded into the validator's genesis.
SOLANA_TEST_VALIDATOR names the binary.
"""

import asyncio
import base64
import json
import os
import random
import socket
import struct
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from stack.chain import COMPUTE_BUDGET, COMPUTE_UNIT_LIMIT
from stack.ledger import ARCHIVE, Behaviour, Fields, Ledger, ledger_elf
from stack.rpc import Rpc, RpcFailure, until
from windlass_programs.addresses import WINDLASS_PROGRAM_ID
from windlass_programs.artifacts import program_elf_path
from windlass_programs.windlass import MigrationTracker

BINARY = os.environ.get("SOLANA_TEST_VALIDATOR")
PORTS = 40
LIMIT = Instruction(COMPUTE_BUDGET, struct.pack("<BI", 2, COMPUTE_UNIT_LIMIT), [])
CUSTOM = {
    Behaviour.CHANGE_OWNER: "MigrationChangedOwner",
    Behaviour.CHANGE_A_MAPPED_BYTE: "MigrationChangedField",
    Behaviour.WRONG_SIZE: "MigrationWrongLayout",
    Behaviour.TOUCH_NOTHING: "MigrationWrongLayout",
    Behaviour.KEEP_THE_DISCRIMINATOR: "MigrationWrongLayout",
}
RUNTIME = {
    Behaviour.CALL_BACK: "MissingAccount",
    Behaviour.CALL_ITSELF: "MissingAccount",
    Behaviour.CALL_THE_LOADER: "MissingAccount",
    Behaviour.TAKE_LAMPORTS: "ReadonlyLamportChange",
    Behaviour.CLOSE: "ReadonlyLamportChange",
    Behaviour.SPEND_THE_AUTHORITYS_LAMPORTS: "PrivilegeEscalation",
    Behaviour.GROW_TOO_MUCH: "InvalidRealloc",
}

pytestmark = [
    pytest.mark.validator,
    pytest.mark.skipif(BINARY is None, reason="SOLANA_TEST_VALIDATOR does not name a validator"),
]


def free_ports(count: int) -> int:
    """The first of `count` consecutive ports that are free for TCP now."""
    while True:
        first = random.randrange(20_000, 60_000 - count)
        try:
            with ExitStack() as held:
                for port in range(first, first + count):
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
        except OSError:
            continue


def genesis(world: Ledger, accounts: Sequence[Pubkey], directory: Path) -> list[str]:
    """The options that put both programs and these accounts into a validator's genesis."""
    code = directory / "ledger.so"
    code.write_bytes(ledger_elf(world.multisig))
    options = ["--upgradeable-program", str(WINDLASS_PROGRAM_ID), str(program_elf_path("windlass")), "none"]
    options += ["--upgradeable-program", str(world.program), str(code), "none"]
    for address in accounts:
        account = world.chain.account(address)
        file = directory / f"{address}.json"
        content = {
            "lamports": account.lamports,
            "data": [base64.b64encode(account.data).decode(), "base64"],
            "owner": str(account.owner),
            "executable": False,
            "rentEpoch": 2**64 - 1,
        }
        file.write_text(json.dumps({"pubkey": str(address), "account": content}))
        options += ["--account", str(address), str(file)]
    return options


@contextmanager
def validator(options: list[str], directory: Path) -> Iterator[str]:
    """A validator with this genesis, which comes up; its URL."""
    assert BINARY is not None
    first = free_ports(PORTS + 4)
    command = [BINARY, "--ledger", str(directory / "ledger"), "--quiet", "--ticks-per-slot", "16"]
    command += ["--rpc-port", str(first), "--faucet-port", str(first + 2), "--gossip-port", str(first + 3)]
    command += ["--dynamic-port-range", f"{first + 4}-{first + 4 + PORTS}", *options]
    log = directory / "output.log"
    with log.open("w") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            yield f"http://127.0.0.1:{first}"
        finally:
            process.kill()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Rpc]:
    """Requests to a validator that is up."""
    rpc = Rpc(url)

    async def is_up() -> bool:
        try:
            return bool(await rpc("getSlot", {"commitment": "confirmed"}) > 0)
        except (httpx.HTTPError, RpcFailure):
            return False

    try:
        await until(is_up, "the validator is up")
        yield rpc
    finally:
        await rpc.http.aclose()


async def simulated(rpc: Rpc, world: Ledger, account: Pubkey) -> tuple[Any, str]:
    """The error of migrating one account, and what was logged."""
    moving = world.moving("migrate_account", [account])
    transaction = await rpc.signed([moving, LIMIT], world.chain.fee_payer, world.payer)
    encoded = base64.b64encode(bytes(transaction)).decode()
    answer = await rpc("simulateTransaction", encoded, {"encoding": "base64", "commitment": "confirmed"})
    return answer["value"]["err"], "\n".join(answer["value"]["logs"])


def test_a_validator_migrates_as_the_embedded_chain_does(migrating: Ledger, tmp_path: Path) -> None:
    """Byte for byte, and refuses every misdeed: where Windlass names it, by the same name."""
    good = migrating.put_accounts(8)
    good += [migrating.put_account(data=Fields(balance=n).old(ARCHIVE.old)) for n in range(2)]
    bad = {behaviour: migrating.put_account(Fields(behaviour=behaviour)) for behaviour in CUSTOM | RUNTIME}
    migrating.chain.airdrop(migrating.migration_authority, 10**9)
    people = [migrating.chain.fee_payer.pubkey(), migrating.payer.pubkey(), migrating.migration_authority]
    state = [migrating.multisig, migrating.program_state, migrating.tracker_address()]
    options = genesis(migrating, [*people, *state, *good, *bad.values()], tmp_path)

    async def story(url: str) -> None:
        async with connected(url) as rpc:

            async def data(address: Pubkey) -> bytes:
                config = {"encoding": "base64", "commitment": "confirmed"}
                return base64.b64decode((await rpc("getAccountInfo", str(address), config))["value"]["data"][0])

            for behaviour, account in bad.items():
                error, logs = await simulated(rpc, migrating, account)
                assert error is not None, behaviour.name
                if behaviour in CUSTOM:
                    assert f"Error Code: {CUSTOM[behaviour]}." in logs, behaviour.name
                else:
                    assert error == {"InstructionError": [0, RUNTIME[behaviour]]}, behaviour.name

            moving = migrating.moving("migrate_account", good)
            landed = await rpc.run([moving, LIMIT], migrating.chain.fee_payer, migrating.payer)
            assert landed["meta"]["err"] is None
            migrating.migrate(*good)
            for account in good:
                assert await data(account) == migrating.data(account)
            assert MigrationTracker.decode(await data(migrating.tracker_address())).migrated == len(good)

    with validator(options, tmp_path) as url:
        asyncio.run(story(url))
