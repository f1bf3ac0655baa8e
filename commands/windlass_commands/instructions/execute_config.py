"""execute_config: once the timelock is over, makes a voted configuration the multisig's."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import INSTRUCTIONS_SYSVAR

from windlass_commands.instructions.anchor_program import anchor_program


def execute_config(program_id: Pubkey, multisig: Pubkey, proposal: Pubkey, executor: Pubkey) -> Instruction:
    """Anyone may execute."""
    return anchor_program("windlass").instruction(
        program_id,
        "execute_config",
        {},
        {
            "multisig": multisig,
            "proposal": proposal,
            "executor": executor,
            "instructions": INSTRUCTIONS_SYSVAR,
        },
    )
