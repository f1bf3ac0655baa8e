"""propose_config: proposes another configuration of the multisig."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import SLOT_HASHES_SYSVAR, SYSTEM_PROGRAM, proposal_address

from windlass_commands.instructions.anchor_program import anchor_program
from windlass_commands.instructions.initialize_multisig import MultisigParams


def propose_config(
    program_id: Pubkey, multisig: Pubkey, id: int, proposer: Pubkey, payer: Pubkey, params: MultisigParams
) -> Instruction:
    """`id` is the multisig's proposal count plus one."""
    return anchor_program("windlass").instruction(
        program_id,
        "propose_config",
        {"config": params.arguments()},
        {
            "multisig": multisig,
            "proposal": proposal_address(multisig, id, program_id),
            "proposer": proposer,
            "payer": payer,
            "slot_hashes": SLOT_HASHES_SYSVAR,
            "system_program": SYSTEM_PROGRAM,
        },
    )
