"""propose_transfer: proposes to give a program's upgrade authority to somebody else."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import SLOT_HASHES_SYSVAR, SYSTEM_PROGRAM, program_state_address, proposal_address

from windlass_commands.instructions.anchor_program import anchor_program


def propose_transfer(
    program_id: Pubkey,
    multisig: Pubkey,
    program: Pubkey,
    id: int,
    proposer: Pubkey,
    payer: Pubkey,
    new_authority: Pubkey,
) -> Instruction:
    """`id` is the multisig's proposal count plus one; `new_authority` will have to sign the execution."""
    return anchor_program("windlass").instruction(
        program_id,
        "propose_transfer",
        {"new_authority": new_authority},
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
