"""A token by RPC, for tests of commands."""

from __future__ import annotations

from solders.system_program import CreateAccountParams, create_account
from spl.token.instructions import (
    InitializeMintParams,
    MintToParams,
    create_idempotent_associated_token_account,
    initialize_mint,
    mint_to,
)
from windlass_commands.keypairs import Signer
from windlass_commands.rpc import Rpc
from windlass_commands.transactions import submit
from windlass_programs.addresses import TOKEN_PROGRAM, associated_token_address

MINT_BYTES = 82
SUPPLY = 1_000_000


async def make_token(url: str, user: Signer, mint: Signer) -> None:
    """Make the token, of which `user` gets all: a million base units."""
    tokens = associated_token_address(user.address, mint.address)
    async with Rpc(url) as rpc:
        creation = CreateAccountParams(
            from_pubkey=user.address,
            to_pubkey=mint.address,
            lamports=await rpc.rent(MINT_BYTES),
            space=MINT_BYTES,
            owner=TOKEN_PROGRAM,
        )
        instructions = [
            create_account(creation),
            initialize_mint(InitializeMintParams(6, TOKEN_PROGRAM, mint.address, user.address)),
            create_idempotent_associated_token_account(user.address, user.address, mint.address),
            mint_to(MintToParams(TOKEN_PROGRAM, mint.address, tokens, user.address, SUPPLY)),
        ]
        await submit(rpc, instructions, user, [user, mint])
