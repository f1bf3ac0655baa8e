"""resume_system: ends a pause."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from windlass_commands.instructions.anchor_program import anchor_program


def resume_system(program_id: Pubkey, multisig: Pubkey, signer: Pubkey) -> Instruction:
    """A guard may at any time, anyone once the pause has run out."""
    return anchor_program("windlass").instruction(
        program_id,
        "resume_system",
        {},
        {
            "multisig": multisig,
            "signer": signer,
        },
    )
