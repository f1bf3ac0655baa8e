"""A token by RPC, for tests of commands."""

from __future__ import annotations

from windlass_commands.demo import token
from windlass_commands.keypairs import Signer
from windlass_commands.rpc import Rpc
from windlass_commands.transactions import submit

DECIMALS = 6
SUPPLY = 1_000_000


async def make_token(url: str, user: Signer, mint: Signer) -> None:
    """Make the token, of which `user` gets all: a million base units."""
    async with Rpc(url) as rpc:
        made = token.made(mint.address, DECIMALS, user.address, await rpc.rent(token.MINT_BYTES))
        given = token.given(mint.address, user.address, user.address, SUPPLY)
        await submit(rpc, [*made, *given], user, [user, mint])
