"""finalize_migration: ends a migration once its upgrade can be rolled back no more."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import program_state_address

from windlass_commands.instructions.anchor_program import anchor_program


def finalize_migration(
    program_id: Pubkey, multisig: Pubkey, program: Pubkey, proposal: Pubkey, tracker: Pubkey
) -> Instruction:
    """Anyone may."""
    return anchor_program("windlass").instruction(
        program_id,
        "finalize_migration",
        {},
        {
            "program_state": program_state_address(multisig, program, program_id),
            "proposal": proposal,
            "tracker": tracker,
        },
    )
