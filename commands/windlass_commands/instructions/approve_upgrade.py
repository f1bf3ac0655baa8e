"""approve_upgrade: a member's approval of exactly what a digest names."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import INSTRUCTIONS_SYSVAR

from windlass_commands.instructions.anchor_program import anchor_program
from windlass_commands.instructions.voted import Voted


def approve_upgrade(program_id: Pubkey, about: Voted, member: Pubkey, digest: bytes) -> Instruction:
    """`digest` is the proposal's 32 bytes that name everything voted on."""
    return anchor_program("windlass").instruction(
        program_id,
        "approve_upgrade",
        {"digest": digest},
        {
            "multisig": about.multisig,
            "program_state": about.program_state,
            "proposal": about.proposal,
            "member": member,
            "tracker": about.tracker,
            "instructions": INSTRUCTIONS_SYSVAR,
        },
    )
