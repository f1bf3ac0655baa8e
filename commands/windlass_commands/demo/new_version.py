"""Act 6: version 2 answers, in vaults that are migrated when they are used, and nobody's collateral has changed."""

from __future__ import annotations

import struct

from solders.pubkey import Pubkey
from windlass_programs.addresses import associated_token_address, vault_address
from windlass_programs.vault_release_2 import code_for

from windlass_commands.amounts import tokens
from windlass_commands.demo import migration
from windlass_commands.demo.cast import DECIMALS, DEPOSITS, SYMBOL
from windlass_commands.demo.collateral import withdraw_all_of
from windlass_commands.demo.stage import Stage
from windlass_commands.explanation import Subject
from windlass_commands.lazy_migration import migrate_first

# Where an SPL token account keeps its amount, a u64 (spl-token, Account).
AMOUNT_OFFSET = 64


async def play(stage: Stage, multisig: Pubkey, proposal: Pubkey) -> None:
    """Maya's withdraw_all works once her vault is migrated, which it is on the way; the rest is migrated after it, and
    the others' vaults and the tokens behind them are what they were."""
    stage.narrator.act("Version 2 answers")
    code = code_for(multisig)
    running = (await stage.accounts.program_data(stage.vault_program)).code
    stage.require(
        running[: len(code)] == code and not any(running[len(code) :]),
        "The program's account should hold version 2 and zeros after it, but it does not.",
    )
    mint, maya = stage.cast.mint.address, stage.cast.users["maya"]
    own = vault_address(maya.address, stage.vault_program)
    tracker = await migration.start(stage, proposal)
    await stage.refusal(
        "maya calls withdraw_all on her vault of version 1:",
        [withdraw_all_of(stage, maya)],
        [maya],
        "MigrateFirst",
        Subject(member=maya.address, payer=maya.address),
    )
    await stage.step(
        f"migrated first, in one transaction, it pays out {tokens(DEPOSITS['maya'], DECIMALS)} {SYMBOL}",
        [
            *await migrate_first(stage.accounts, stage.vault_program, own, maya.address),
            withdraw_all_of(stage, maya),
        ],
        [maya],
        own,
    )
    paid = await amount_of(stage, associated_token_address(maya.address, mint))
    stage.require(paid == DEPOSITS["maya"], f"Maya should have got {DEPOSITS['maya']}, but holds {paid}.")
    await migration.play(stage, tracker)
    for name in DEPOSITS:
        expected = 0 if name == "maya" else DEPOSITS[name]
        vault = await stage.accounts.vault(stage.cast.users[name].address, stage.vault_program)
        held = await amount_of(stage, vault.token_account)
        stage.require(
            vault.total_balance == held == expected,
            f"{name}'s vault should hold {expected}, but says {vault.total_balance} and holds {held}.",
        )
    stage.narrator.note("every other vault holds what was deposited into version 1, to the last token", "")


async def amount_of(stage: Stage, token_account: Pubkey) -> int:
    """What a token account holds, in base units; 0 where there is none."""
    account = await stage.rpc.account(token_account)
    if account is None:
        return 0
    amount: int = struct.unpack_from("<Q", account.data, AMOUNT_OFFSET)[0]
    return amount
