"""execute_upgrade: once the timelock is over, has the loader replace the program's code by the buffer's."""

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


def execute_upgrade(
    program_id: Pubkey,
    multisig: Pubkey,
    program: Pubkey,
    proposal: Pubkey,
    buffer: Pubkey,
    spill: Pubkey,
    executor: Pubkey,
) -> Instruction:
    """Anyone may execute; the buffer's lamports go to `spill`, which is the proposal's payer."""
    return anchor_program("windlass").instruction(
        program_id,
        "execute_upgrade",
        {},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "proposal": proposal,
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
        },
    )
