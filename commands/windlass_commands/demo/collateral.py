"""Act 1: users deposit collateral into version 1 of the vault program."""

from __future__ import annotations

import asyncio

from solders.instruction import Instruction
from windlass_programs.addresses import associated_token_address, vault_address

from windlass_commands.amounts import tokens
from windlass_commands.demo import token
from windlass_commands.demo.cast import DECIMALS, DEPOSITS, SYMBOL
from windlass_commands.demo.stage import Stage
from windlass_commands.explanation import Subject
from windlass_commands.instructions.deposit import deposit
from windlass_commands.instructions.initialize_vault import initialize_vault
from windlass_commands.instructions.withdraw_all import withdraw_all
from windlass_commands.keypairs import Signer


async def play(stage: Stage) -> None:
    """A token is made, users get some and deposit it; what only version 2 can do is refused."""
    stage.narrator.act("Users keep their collateral in a vault program, version 1")
    await _make_token(stage)
    await asyncio.gather(*[_fund(stage, name) for name in DEPOSITS])
    deposits = [asyncio.create_task(_deposit(stage, name)) for name in DEPOSITS]
    try:
        for told in deposits:
            await told
    finally:
        await asyncio.gather(*deposits, return_exceptions=True)
    maya = stage.cast.users["maya"]
    await stage.refusal(
        "maya calls withdraw_all, which only version 2 has:",
        [withdraw_all_of(stage, maya)],
        [maya],
        "InstructionFallbackNotFound",
        Subject(member=maya.address, payer=maya.address),
    )


def withdraw_all_of(stage: Stage, user: Signer) -> Instruction:
    """Version 2's instruction, for a user's vault, into the user's own token account."""
    mint = stage.cast.mint.address
    return withdraw_all(stage.vault_program, user.address, mint, associated_token_address(user.address, mint))


async def _make_token(stage: Stage) -> None:
    treasurer, mint = stage.cast.treasurer, stage.cast.mint
    rent = await stage.rpc.rent(token.MINT_BYTES)
    landed = await stage.send(token.made(mint.address, DECIMALS, treasurer.address, rent), treasurer, mint)
    stage.narrator.step(f"a token to deposit, {SYMBOL} (SPL, {DECIMALS} decimals)", landed.signature, landed.slot, None)


async def _fund(stage: Stage, name: str) -> None:
    treasurer, mint, user = stage.cast.treasurer, stage.cast.mint.address, stage.cast.users[name]
    await stage.send(token.given(mint, treasurer.address, user.address, DEPOSITS[name]), treasurer)


async def _deposit(stage: Stage, name: str) -> None:
    user, mint = stage.cast.users[name], stage.cast.mint.address
    source = associated_token_address(user.address, mint)
    await stage.step(
        f"{name} makes a vault and deposits {tokens(DEPOSITS[name], DECIMALS)} {SYMBOL}",
        [
            initialize_vault(stage.vault_program, user.address, mint),
            deposit(stage.vault_program, user.address, mint, source, DEPOSITS[name]),
        ],
        [user],
        vault_address(user.address, stage.vault_program),
        events=2,
    )
