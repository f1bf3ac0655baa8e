"""verify_buffer: has the program digest the next 1 MiB of a proposal's buffer."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from windlass_commands.instructions.anchor_program import anchor_program


def verify_buffer(program_id: Pubkey, multisig: Pubkey, proposal: Pubkey, buffer: Pubkey) -> Instruction:
    """Anyone may call it; it takes one call for each 1 MiB of code."""
    return anchor_program("windlass").instruction(
        program_id, "verify_buffer", {}, {"multisig": multisig, "proposal": proposal, "buffer": buffer}
    )
