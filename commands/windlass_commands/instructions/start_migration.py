"""start_migration: opens the migration that was voted with an upgrade which is executed."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import SYSTEM_PROGRAM, program_state_address

from windlass_commands.instructions.anchor_program import anchor_program


def start_migration(
    program_id: Pubkey, multisig: Pubkey, program: Pubkey, proposal: Pubkey, tracker: Pubkey, payer: Pubkey
) -> Instruction:
    """Anyone may; `payer` pays the tracker's rent."""
    return anchor_program("windlass").instruction(
        program_id,
        "start_migration",
        {},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "proposal": proposal,
            "tracker": tracker,
            "payer": payer,
            "system_program": SYSTEM_PROGRAM,
        },
    )
