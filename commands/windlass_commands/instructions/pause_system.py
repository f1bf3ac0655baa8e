"""pause_system: a guard stops all proposals, approvals, executions and migrations for a while."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from windlass_commands.instructions.anchor_program import anchor_program


def pause_system(program_id: Pubkey, multisig: Pubkey, guard: Pubkey, seconds: int) -> Instruction:
    """`seconds` are 72 h at most."""
    return anchor_program("windlass").instruction(
        program_id,
        "pause_system",
        {"seconds": seconds},
        {
            "multisig": multisig,
            "guard": guard,
        },
    )
