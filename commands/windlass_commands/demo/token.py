"""A token of one's own: what makes its mint, and what gives it to somebody."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account
from spl.token.instructions import (
    InitializeMintParams,
    MintToParams,
    create_idempotent_associated_token_account,
    initialize_mint,
    mint_to,
)
from windlass_programs.addresses import TOKEN_PROGRAM, associated_token_address

# An SPL mint's account (spl-token, Mint::LEN).
MINT_BYTES = 82


def made(mint: Pubkey, decimals: int, payer: Pubkey, rent: int) -> list[Instruction]:
    """Make the mint, which signs too; the payer may mint. `rent`: lamports that an account of MINT_BYTES needs."""
    account = CreateAccountParams(
        from_pubkey=payer, to_pubkey=mint, lamports=rent, space=MINT_BYTES, owner=TOKEN_PROGRAM
    )
    settings = InitializeMintParams(decimals=decimals, program_id=TOKEN_PROGRAM, mint=mint, mint_authority=payer)
    return [create_account(account), initialize_mint(settings)]


def given(mint: Pubkey, authority: Pubkey, owner: Pubkey, amount: int) -> list[Instruction]:
    """Mint so many base units into the owner's associated token account, made where it is missing."""
    account = associated_token_address(owner, mint)
    minted = MintToParams(program_id=TOKEN_PROGRAM, mint=mint, dest=account, mint_authority=authority, amount=amount)
    return [create_idempotent_associated_token_account(authority, owner, mint), mint_to(minted)]
