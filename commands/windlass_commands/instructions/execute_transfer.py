"""execute_transfer: once the timelock is over, gives the program to its new authority."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import (
    INSTRUCTIONS_SYSVAR,
    LOADER_V3,
    program_data_address,
    program_state_address,
    upgrade_authority_address,
)

from windlass_commands.instructions.anchor_program import anchor_program


def execute_transfer(
    program_id: Pubkey, multisig: Pubkey, program: Pubkey, proposal: Pubkey, new_authority: Pubkey, executor: Pubkey
) -> Instruction:
    """Anyone may execute; `new_authority` signs as well."""
    return anchor_program("windlass").instruction(
        program_id,
        "execute_transfer",
        {},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "proposal": proposal,
            "governed_program": program,
            "program_data": program_data_address(program),
            "upgrade_authority": upgrade_authority_address(multisig, program, program_id),
            "new_authority": new_authority,
            "executor": executor,
            "instructions": INSTRUCTIONS_SYSVAR,
            "loader": LOADER_V3,
        },
    )
