"""cancel_upgrade: the proposer withdraws, or an approver votes to cancel."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from windlass_commands.instructions.anchor_program import anchor_program
from windlass_commands.instructions.voted import Voted


def cancel_upgrade(program_id: Pubkey, about: Voted, member: Pubkey) -> Instruction:
    """`member` is the proposer, or a member with the approve role."""
    return anchor_program("windlass").instruction(
        program_id,
        "cancel_upgrade",
        {},
        {
            "multisig": about.multisig,
            "program_state": about.program_state,
            "proposal": about.proposal,
            "member": member,
            "tracker": about.tracker,
        },
    )
