"""propose_rollback: proposes to go back to the kept copy."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import SLOT_HASHES_SYSVAR, SYSTEM_PROGRAM, program_state_address, proposal_address

from windlass_commands.instructions.anchor_program import anchor_program


def propose_rollback(
    program_id: Pubkey, multisig: Pubkey, program: Pubkey, id: int, proposer: Pubkey, payer: Pubkey
) -> Instruction:
    """`id` is the multisig's proposal count plus one."""
    return anchor_program("windlass").instruction(
        program_id,
        "propose_rollback",
        {},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "proposal": proposal_address(multisig, id, program_id),
            "proposer": proposer,
            "payer": payer,
            "slot_hashes": SLOT_HASHES_SYSVAR,
            "system_program": SYSTEM_PROGRAM,
        },
    )
