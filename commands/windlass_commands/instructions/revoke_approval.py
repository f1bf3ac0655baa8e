"""revoke_approval: a member takes their approval back."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from windlass_commands.instructions.anchor_program import anchor_program
from windlass_commands.instructions.voted import Voted


def revoke_approval(program_id: Pubkey, about: Voted, member: Pubkey) -> Instruction:
    """`member` approved; whether still a member or not."""
    return anchor_program("windlass").instruction(
        program_id,
        "revoke_approval",
        {},
        {
            "multisig": about.multisig,
            "program_state": about.program_state,
            "proposal": about.proposal,
            "member": member,
            "tracker": about.tracker,
        },
    )
