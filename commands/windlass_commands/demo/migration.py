"""Act 7: the vaults that are left are brought into version 2's layout, by anybody, and the read model counts along."""

from __future__ import annotations

import asyncio
import time

from solders.pubkey import Pubkey
from windlass_programs import collateral_vault_v2 as release_2
from windlass_programs.addresses import migration_tracker_address, vault_address
from windlass_programs.collateral_vault import CollateralVault

from windlass_commands.demo.cast import DEPOSITS
from windlass_commands.demo.stage import Stage
from windlass_commands.instructions.move_accounts import MoveCall, migrate_account
from windlass_commands.instructions.start_migration import start_migration

SHOWN_SECONDS = 20.0
PROGRESS = "query ($address: ID!) { migration(address: $address) { state migrated } }"


async def start(stage: Stage, address: Pubkey) -> Pubkey:
    """Olga, who is no member, starts the migration that was voted; the tracker's address."""
    program_id, olga = stage.accounts.program_id, stage.cast.users["olga"]
    proposal = await stage.accounts.proposal(address)
    tracker = migration_tracker_address(proposal.multisig, proposal.program, proposal.id, program_id)
    await stage.step(
        "olga starts the migration that was voted with it",
        [start_migration(program_id, proposal.multisig, proposal.program, address, tracker, olga.address)],
        [olga],
        proposal.multisig,
    )
    return tracker


async def play(stage: Stage, tracker: Pubkey) -> None:
    """The act of that name."""
    stage.narrator.act("The other vaults are migrated")
    await migrate_rest(stage, tracker)


async def migrate_rest(stage: Stage, tracker: Pubkey) -> None:
    """One transaction migrates the vaults that nobody has used yet."""
    program_id, noor = stage.accounts.program_id, stage.cast.users["noor"]
    voted = (await stage.accounts.migration(tracker)).tracker
    before = {name: await vault_of(stage, name) for name in DEPOSITS}
    left = [name for name, vault in before.items() if not isinstance(vault, release_2.CollateralVault)]
    vaults = [vault_address(stage.cast.users[name].address, stage.vault_program) for name in left]
    call = MoveCall(program_id, voted.multisig, voted.program, tracker, noor.address, voted.plan.receipts)
    landed = await stage.send([migrate_account(call, vaults)], noor)
    text = f"noor migrates the {len(left)} that are left: Windlass compares every field"
    stage.narrator.step(text, landed.signature, landed.slot, None)
    for name, was in before.items():
        now = await vault_of(stage, name)
        stage.require(
            isinstance(now, release_2.CollateralVault)
            and (now.owner, now.total_balance, now.stream.digest) == (was.owner, was.total_balance, was.stream.digest),
            f"{name}'s vault should say in version 2's layout what it said before.",
        )
    await shown(stage, tracker, len(DEPOSITS))


async def vault_of(stage: Stage, name: str) -> CollateralVault:
    """A user's vault, in whichever layout it is."""
    return await stage.accounts.vault(stage.cast.users[name].address, stage.vault_program)


async def shown(stage: Stage, tracker: Pubkey, migrated: int) -> None:
    """Until the read model has counted so many migrated vaults. Raises StoryBroken."""
    deadline = time.monotonic() + SHOWN_SECONDS
    while True:
        read = (await stage.read_model.ask(PROGRESS, address=str(tracker)))["migration"]
        if read and read["migrated"] == migrated:
            break
        stage.require(time.monotonic() < deadline, f"GraphQL should count {migrated} migrated vaults, but says {read}.")
        await asyncio.sleep(0.02)
    stage.narrator.note(f"the read model: {migrated} of {len(DEPOSITS)} vaults migrated, {read['state']}", "")
