"""register_released_program: takes a program under a multisig that governed it before and gave it away."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import (
    LOADER_V3,
    program_data_address,
    program_state_address,
    upgrade_authority_address,
)

from windlass_commands.instructions.anchor_program import anchor_program


def register_released_program(
    program_id: Pubkey, multisig: Pubkey, program: Pubkey, authority: Pubkey, timelock: int
) -> Instruction:
    """`authority` is the program's present upgrade authority; `timelock` is the program's own in seconds, or 0."""
    return anchor_program("windlass").instruction(
        program_id,
        "register_released_program",
        {"timelock": timelock},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "governed_program": program,
            "program_data": program_data_address(program),
            "upgrade_authority": upgrade_authority_address(multisig, program, program_id),
            "authority": authority,
            "loader": LOADER_V3,
        },
    )
