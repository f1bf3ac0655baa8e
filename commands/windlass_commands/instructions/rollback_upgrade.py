"""rollback_upgrade: once its delay is over, has the loader put the kept copy back."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import (
    CLOCK_SYSVAR,
    INSTRUCTIONS_SYSVAR,
    LOADER_V3,
    RENT_SYSVAR,
    program_data_address,
    program_state_address,
    upgrade_authority_address,
)

from windlass_commands.instructions.anchor_program import anchor_program


def rollback_upgrade(
    program_id: Pubkey,
    multisig: Pubkey,
    program: Pubkey,
    proposal: Pubkey,
    upgrade_proposal: Pubkey,
    buffer: Pubkey,
    spill: Pubkey,
    executor: Pubkey,
    tracker: Pubkey | None,
) -> Instruction:
    """Anyone may; the copy's lamports go to `spill`, its payer. `tracker` is the running version's migration's."""
    return anchor_program("windlass").instruction(
        program_id,
        "rollback_upgrade",
        {},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "proposal": proposal,
            "upgrade_proposal": upgrade_proposal,
            "governed_program": program,
            "program_data": program_data_address(program),
            "buffer": buffer,
            "spill": spill,
            "upgrade_authority": upgrade_authority_address(multisig, program, program_id),
            "executor": executor,
            "instructions": INSTRUCTIONS_SYSVAR,
            "rent": RENT_SYSVAR,
            "clock": CLOCK_SYSVAR,
            "loader": LOADER_V3,
            "tracker": tracker,
        },
    )
