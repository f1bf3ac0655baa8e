"""cancel_upgrade: the proposer withdraws, or an approver votes to cancel."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import program_state_address

from windlass_commands.instructions.anchor_program import anchor_program


def cancel_upgrade(
    program_id: Pubkey, multisig: Pubkey, program: Pubkey, proposal: Pubkey, member: Pubkey
) -> Instruction:
    """`member` is the proposer, or a member with the approve role."""
    return anchor_program("windlass").instruction(
        program_id,
        "cancel_upgrade",
        {},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "proposal": proposal,
            "member": member,
        },
    )
