"""windlass vault: the governed example, an exchange's collateral vault."""

from __future__ import annotations

import click
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from spl.token.instructions import create_idempotent_associated_token_account
from windlass_programs import collateral_vault_v2
from windlass_programs.addresses import associated_token_address, vault_address

from windlass_commands.errors import Refused
from windlass_commands.explanation import Subject
from windlass_commands.instructions.deposit import deposit
from windlass_commands.instructions.initialize_vault import initialize_vault
from windlass_commands.instructions.withdraw import withdraw
from windlass_commands.instructions.withdraw_all import withdraw_all
from windlass_commands.lazy_migration import migrate_first
from windlass_commands.options import chain_options, examples, signing_options, vault_program_option
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session
from windlass_commands.verbs import vault_programs
from windlass_commands.verbs.vault_release import release_2

AMOUNT = click.IntRange(0, 2**64 - 1)


@click.group(
    "vault",
    epilog=examples(
        "windlass vault init MINT -k user.json",
        "windlass vault deposit 2500000 -k user.json",
        "windlass vault show OWNER",
    ),
)
def command() -> None:
    """Use the collateral vault, the example of a governed program. Amounts are base units of the vault's mint.

    While the program's migration is open, a vault that was not migrated yet is migrated by the same transaction that
    uses it.
    """


for _each in (*vault_programs.COMMANDS, release_2):
    command.add_command(_each)


@command.command("init", epilog=examples("windlass vault init MINT -k user.json"))
@click.argument("mint", type=ADDRESS)
@vault_program_option
@signing_options
def init_command(settings: Settings, mint: Pubkey, vault_program: Pubkey) -> None:
    """Make your vault for tokens of MINT, and its token account. --keypair is the owner."""

    async def init(session: Session) -> None:
        owner = session.signer
        address = vault_address(owner.address, vault_program)
        if await session.rpc.account(address) is not None:
            raise Refused(f"{owner.address} has a vault already, {address}; use it with `windlass vault deposit`.")
        await _carry_out(
            session,
            "vault init",
            vault_program,
            [initialize_vault(vault_program, owner.address, mint)],
            f"Makes the vault of {owner.address} for tokens of {mint}.",
        )

    run_session(settings, init)


@command.command("deposit", epilog=examples("windlass vault deposit 2500000 -k user.json"))
@click.argument("amount", type=AMOUNT)
@click.option("--source", type=ADDRESS, help="Token account to take from. Default: your associated one.")
@vault_program_option
@signing_options
def deposit_command(settings: Settings, amount: int, source: Pubkey | None, vault_program: Pubkey) -> None:
    """Move AMOUNT base units from your token account into your vault."""

    async def put_in(session: Session) -> None:
        owner = session.signer
        vault = await session.accounts.vault(owner.address, vault_program)
        origin = source or associated_token_address(owner.address, vault.mint)
        await _carry_out(
            session,
            "vault deposit",
            vault_program,
            [deposit(vault_program, owner.address, vault.mint, origin, amount)],
            f"Deposits {amount:,} base units from {origin}; the vault holds {vault.total_balance:,} now.",
        )

    run_session(settings, put_in)


@command.command("withdraw", epilog=examples("windlass vault withdraw 1000000 -k user.json"))
@click.argument("amount", type=AMOUNT)
@click.option("--destination", type=ADDRESS, help="Token account to pay to. Default: your associated one.")
@vault_program_option
@signing_options
def withdraw_command(settings: Settings, amount: int, destination: Pubkey | None, vault_program: Pubkey) -> None:
    """Move AMOUNT base units from your vault to your token account."""

    async def take_out(session: Session) -> None:
        owner = session.signer
        vault = await session.accounts.vault(owner.address, vault_program)
        target = destination or associated_token_address(owner.address, vault.mint)
        await _carry_out(
            session,
            "vault withdraw",
            vault_program,
            [
                create_idempotent_associated_token_account(session.payer.address, owner.address, vault.mint),
                withdraw(vault_program, owner.address, vault.mint, target, amount),
            ],
            f"Withdraws {amount:,} base units to {target}; {vault.available_balance:,} are available.",
        )

    run_session(settings, take_out)


@command.command("withdraw-all", epilog=examples("windlass vault withdraw-all -k user.json"))
@click.option("--destination", type=ADDRESS, help="Token account to pay to. Default: your associated one.")
@vault_program_option
@signing_options
def withdraw_all_command(settings: Settings, destination: Pubkey | None, vault_program: Pubkey) -> None:
    """Move all that is available from your vault to your token account (from version 2 of the program on)."""

    async def take_all(session: Session) -> None:
        owner = session.signer
        vault = await session.accounts.vault(owner.address, vault_program)
        target = destination or associated_token_address(owner.address, vault.mint)
        await _carry_out(
            session,
            "vault withdraw-all",
            vault_program,
            [
                create_idempotent_associated_token_account(session.payer.address, owner.address, vault.mint),
                withdraw_all(vault_program, owner.address, vault.mint, target),
            ],
            f"Withdraws all {vault.available_balance:,} base units that are available to {target}.",
        )

    run_session(settings, take_all)


@command.command("show", epilog=examples("windlass vault show OWNER"))
@click.argument("owner", type=ADDRESS)
@vault_program_option
@chain_options
def show_command(settings: Settings, owner: Pubkey, vault_program: Pubkey) -> None:
    """Show the vault of OWNER as the chain holds it."""
    run_session(settings, lambda session: show(session, owner, vault_program))


async def show(session: Session, owner: Pubkey, vault_program: Pubkey) -> None:
    """The vault's balances, in base units."""
    vault = await session.accounts.vault(owner, vault_program)
    values: dict[str, str | int] = {
        "address": str(vault_address(owner, vault_program)),
        "owner": str(vault.owner),
        "mint": str(vault.mint),
        "token_account": str(vault.token_account),
        "total_balance": vault.total_balance,
        "locked_balance": vault.locked_balance,
        "available_balance": vault.available_balance,
        "total_deposited": vault.total_deposited,
        "total_withdrawn": vault.total_withdrawn,
        "stream_seq": vault.stream.seq,
        "stream_digest": vault.stream.digest.hex(),
        "layout": "release 2" if isinstance(vault, collateral_vault_v2.CollateralVault) else "release 1",
    }
    if isinstance(vault, collateral_vault_v2.CollateralVault):
        values |= {"locked_since": vault.locked_since, "lifetime_locked": vault.lifetime_locked}
    for name, value in values.items():
        session.output.field(name.replace("_", " "), f"{value:,}" if isinstance(value, int) else value)
    session.output.result({"command": "vault show", **values})


async def _carry_out(
    session: Session, name: str, vault_program: Pubkey, instructions: list[Instruction], sentence: str
) -> None:
    owner = session.signer
    vault = vault_address(owner.address, vault_program)
    first = await migrate_first(session.accounts, vault_program, vault, session.payer.address)
    before = ["Migrates the vault to the layout of the release that runs, first."] if first else []
    await session.carry_out(
        Intent(
            name,
            [*first, *instructions],
            [owner],
            [*before, sentence],
            Subject(member=owner.address, program=vault_program, payer=session.payer.address),
            {"vault": str(vault), "owner": str(owner.address), "migrates": bool(first)},
        )
    )
