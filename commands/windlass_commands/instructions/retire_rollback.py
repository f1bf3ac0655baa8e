"""retire_rollback: closes a kept copy that no rollback can use any more."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import LOADER_V3, program_state_address, upgrade_authority_address

from windlass_commands.instructions.anchor_program import anchor_program


def retire_rollback(
    program_id: Pubkey, multisig: Pubkey, program: Pubkey, proposal: Pubkey, buffer: Pubkey, recipient: Pubkey
) -> Instruction:
    """`proposal` is the upgrade for which it was kept; the lamports go to `recipient`, who uploaded the copy."""
    return anchor_program("windlass").instruction(
        program_id,
        "retire_rollback",
        {},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "proposal": proposal,
            "buffer": buffer,
            "recipient": recipient,
            "upgrade_authority": upgrade_authority_address(multisig, program, program_id),
            "loader": LOADER_V3,
        },
    )
