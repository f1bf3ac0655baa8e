"""withdraw: tokens from the owner's vault to a token account."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import TOKEN_PROGRAM, associated_token_address, vault_address

from windlass_commands.instructions.anchor_program import anchor_program


def withdraw(program_id: Pubkey, owner: Pubkey, mint: Pubkey, destination: Pubkey, amount: int) -> Instruction:
    """`amount` in base units of the mint."""
    vault = vault_address(owner, program_id)
    return anchor_program("collateral_vault_v1").instruction(
        program_id,
        "withdraw",
        {"amount": amount},
        {
            "vault": vault,
            "owner": owner,
            "destination": destination,
            "token_account": associated_token_address(vault, mint),
            "token_program": TOKEN_PROGRAM,
        },
    )
