"""initialize_vault: makes the owner's collateral vault and its token account."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import (
    ASSOCIATED_TOKEN_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
    associated_token_address,
    vault_address,
)

from windlass_commands.instructions.anchor_program import anchor_program


def initialize_vault(program_id: Pubkey, owner: Pubkey, mint: Pubkey) -> Instruction:
    """`owner` signs and pays; the vault holds tokens of `mint` only."""
    vault = vault_address(owner, program_id)
    return anchor_program("collateral_vault_v1").instruction(
        program_id,
        "initialize_vault",
        {},
        {
            "vault": vault,
            "owner": owner,
            "mint": mint,
            "token_account": associated_token_address(vault, mint),
            "token_program": TOKEN_PROGRAM,
            "associated_token_program": ASSOCIATED_TOKEN_PROGRAM,
            "system_program": SYSTEM_PROGRAM,
        },
    )
