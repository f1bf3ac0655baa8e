"""keep_rollback_buffer: takes an uploaded copy of the running code under the upgrade authority."""

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


def keep_rollback_buffer(
    program_id: Pubkey, multisig: Pubkey, program: Pubkey, proposal: Pubkey, buffer: Pubkey, authority: Pubkey
) -> Instruction:
    """`proposal` is the approved upgrade; `authority` may write to the copy and gets its lamports back."""
    return anchor_program("windlass").instruction(
        program_id,
        "keep_rollback_buffer",
        {},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "proposal": proposal,
            "governed_program": program,
            "program_data": program_data_address(program),
            "buffer": buffer,
            "upgrade_authority": upgrade_authority_address(multisig, program, program_id),
            "authority": authority,
            "loader": LOADER_V3,
        },
    )
