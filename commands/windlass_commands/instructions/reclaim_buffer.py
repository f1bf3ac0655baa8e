"""reclaim_buffer: closes the buffer of a proposal that ended without using it."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import LOADER_V3, upgrade_authority_address

from windlass_commands.instructions.anchor_program import anchor_program


def reclaim_buffer(
    program_id: Pubkey, multisig: Pubkey, program: Pubkey, proposal: Pubkey, buffer: Pubkey, recipient: Pubkey
) -> Instruction:
    """Anyone may; the lamports go to `recipient`, which is the proposal's payer."""
    return anchor_program("windlass").instruction(
        program_id,
        "reclaim_buffer",
        {},
        {
            "multisig": multisig,
            "proposal": proposal,
            "buffer": buffer,
            "recipient": recipient,
            "upgrade_authority": upgrade_authority_address(multisig, program, program_id),
            "loader": LOADER_V3,
        },
    )
