"""A migration on Agave's own validator: another runtime keeps grown accounts, and calls' accounts, in another way.

The multisig, the program and its accounts are made in the embedded chain and loaded into the validator's genesis.
"""

import asyncio
import base64
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from stack.chain import COMPUTE_BUDGET, COMPUTE_UNIT_LIMIT
from stack.ledger import ARCHIVE, Behaviour, Fields, Ledger, ledger_elf
from stack.rpc import Rpc
from stack.validator import ON_VALIDATOR, running_validator
from windlass_commands.rpc import Account
from windlass_programs.addresses import WINDLASS_PROGRAM_ID
from windlass_programs.artifacts import program_elf_path
from windlass_programs.windlass import MigrationTracker

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

pytestmark = ON_VALIDATOR


@contextmanager
def validator(world: Ledger, accounts: Sequence[Pubkey], directory: Path) -> Iterator[str]:
    """A validator with both programs and these accounts of the world; its URL."""
    code = directory / "ledger.so"
    code.write_bytes(ledger_elf(world.multisig))
    programs = [(WINDLASS_PROGRAM_ID, program_elf_path("windlass"), None), (world.program, code, None)]
    found = [(address, world.chain.account(address)) for address in accounts]
    genesis = [Account(address, a.lamports, a.owner, a.data, executable=False) for address, a in found]
    with running_validator(programs, accounts=genesis) as running:
        yield running.rpc_url


async def simulated(rpc: Rpc, world: Ledger, account: Pubkey) -> tuple[Any, str]:
    """The error of migrating one account, and what was logged."""
    moving = world.moving("migrate_account", [account])
    transaction = await rpc.signed([moving, LIMIT], world.chain.fee_payer, world.payer)
    encoded = base64.b64encode(bytes(transaction)).decode()
    options = {"encoding": "base64", "commitment": "confirmed", "replaceRecentBlockhash": True}
    answer = await rpc("simulateTransaction", encoded, options)
    return answer["value"]["err"], "\n".join(answer["value"]["logs"])


def test_a_validator_migrates_as_the_embedded_chain_does(migrating: Ledger, tmp_path: Path) -> None:
    """Byte for byte, and refuses every misdeed: where Windlass names it, by the same name."""
    good = migrating.put_accounts(8)
    good += [migrating.put_account(data=Fields(balance=n).old(ARCHIVE.old)) for n in range(2)]
    bad = {behaviour: migrating.put_account(Fields(behaviour=behaviour)) for behaviour in CUSTOM | RUNTIME}
    migrating.chain.airdrop(migrating.migration_authority, 10**9)
    people = [migrating.chain.fee_payer.pubkey(), migrating.payer.pubkey(), migrating.migration_authority]
    state = [migrating.multisig, migrating.program_state, migrating.tracker_address()]

    async def story(rpc: Rpc) -> None:

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

        await rpc.http.aclose()

    with validator(migrating, [*people, *state, *good, *bad.values()], tmp_path) as url:
        asyncio.run(story(Rpc(url)))
