"""withdraw_all: everything available in the owner's vault; version 2 of the vault program has it."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import TOKEN_PROGRAM, associated_token_address, vault_address

from windlass_commands.instructions.anchor_program import anchor_program


def withdraw_all(program_id: Pubkey, owner: Pubkey, mint: Pubkey, destination: Pubkey) -> Instruction:
    """Version 1 of the program answers that it has no such instruction."""
    vault = vault_address(owner, program_id)
    return anchor_program("collateral_vault_v2").instruction(
        program_id,
        "withdraw_all",
        {},
        {
            "vault": vault,
            "owner": owner,
            "destination": destination,
            "token_account": associated_token_address(vault, mint),
            "token_program": TOKEN_PROGRAM,
        },
    )
