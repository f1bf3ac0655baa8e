"""Act 2: five members form a multisig, and the vault program's upgrade authority goes to it."""

from __future__ import annotations

from solders.pubkey import Pubkey
from windlass_programs.addresses import multisig_address, upgrade_authority_address

from windlass_commands.accounts import APPROVE, GUARD, PROPOSE
from windlass_commands.demo.stage import Stage
from windlass_commands.instructions.initialize_multisig import Member, MultisigParams, initialize_multisig
from windlass_commands.instructions.register_program import register_program

THRESHOLD = 3
# Who may pause.
GUARDING = "erin"
DAY = 86_400


async def play(stage: Stage, rollback_delay: int = 3_600) -> Pubkey:
    """The multisig's address; the chain must name its PDA as the program's upgrade authority afterwards."""
    stage.narrator.act("Five members take over its upgrade authority: 3 of 5, at least 48 hours")
    cast, program_id = stage.cast, stage.accounts.program_id
    members = tuple(
        Member(member.address, PROPOSE | APPROVE | (GUARD if name == GUARDING else 0))
        for name, member in cast.members.items()
    )
    params = MultisigParams(
        members=members,
        threshold=THRESHOLD,
        cancel_threshold=THRESHOLD,
        emergency_threshold=4,
        timelock=2 * DAY,
        rollback_delay=rollback_delay,
        grace_period=14 * DAY,
        voting_period=7 * DAY,
    )
    alice = cast.members["alice"]
    multisig = multisig_address(cast.create_key.address, program_id)
    stage.narrator.note(f"multisig {multisig}: {', '.join(cast.members)}")
    await stage.step(
        "alice makes the multisig",
        [initialize_multisig(program_id, cast.create_key.address, alice.address, params)],
        [alice, cast.create_key],
        multisig,
        subscribed=False,
    )
    authority, program = cast.authority, stage.vault_program
    await stage.step(
        "the team's single key hands the vault program over to it",
        [register_program(program_id, multisig, program, authority.address, authority.address, 0)],
        [authority],
        multisig,
        subscribed=False,
    )
    data = await stage.accounts.program_data(program)
    expected = upgrade_authority_address(multisig, program, program_id)
    stage.require(
        data.upgrade_authority == expected,
        f"The upgrade authority should be {expected}, but the chain says {data.upgrade_authority}.",
    )
    return multisig
