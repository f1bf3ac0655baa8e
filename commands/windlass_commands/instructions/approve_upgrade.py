"""approve_upgrade: a member's approval of exactly what a digest names."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import INSTRUCTIONS_SYSVAR, program_state_address

from windlass_commands.instructions.anchor_program import anchor_program


def approve_upgrade(
    program_id: Pubkey, multisig: Pubkey, program: Pubkey, proposal: Pubkey, member: Pubkey, digest: bytes
) -> Instruction:
    """`digest` is the proposal's 32 bytes that name everything voted on."""
    return anchor_program("windlass").instruction(
        program_id,
        "approve_upgrade",
        {"digest": digest},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "proposal": proposal,
            "member": member,
            "instructions": INSTRUCTIONS_SYSVAR,
        },
    )
