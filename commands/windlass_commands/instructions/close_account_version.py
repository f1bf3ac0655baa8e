"""close_account_version: closes the receipt of a migrated account that nobody needs any more."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import program_state_address

from windlass_commands.instructions.anchor_program import anchor_program


def close_account_version(
    program_id: Pubkey, multisig: Pubkey, program: Pubkey, tracker: Pubkey, receipt: Pubkey, payer: Pubkey
) -> Instruction:
    """Anyone may; the lamports go to `payer`, who paid for the receipt."""
    return anchor_program("windlass").instruction(
        program_id,
        "close_account_version",
        {},
        {
            "program_state": program_state_address(multisig, program, program_id),
            "tracker": tracker,
            "account_version": receipt,
            "payer": payer,
        },
    )
