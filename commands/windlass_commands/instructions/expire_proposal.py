"""expire_proposal: closes a proposal that has expired or is stale."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from windlass_commands.instructions.anchor_program import anchor_program
from windlass_commands.instructions.voted import Voted


def expire_proposal(program_id: Pubkey, about: Voted) -> Instruction:
    """Anyone may; it frees the slot and the proposer's quota."""
    return anchor_program("windlass").instruction(
        program_id,
        "expire_proposal",
        {},
        {
            "multisig": about.multisig,
            "program_state": about.program_state,
            "proposal": about.proposal,
            "tracker": about.tracker,
        },
    )
