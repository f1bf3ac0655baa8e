"""windlass revert"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.moves import BACK, Wanted, move
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Settings, run_session
from windlass_commands.sweep import DEFAULT_WINDOW


@click.command(
    "revert",
    epilog=examples(
        "windlass revert PROPOSAL",
        "windlass revert PROPOSAL --limit 10     (try a few first)",
        "windlass revert PROPOSAL ACCOUNT ACCOUNT",
    ),
)
@click.argument("migration", type=ADDRESS, metavar="PROPOSAL")
@click.argument("accounts", type=ADDRESS, nargs=-1, metavar="[ACCOUNT]...")
@click.option("--limit", type=click.IntRange(1), help="Take this many accounts at most.")
@click.option(
    "--window",
    type=click.IntRange(1, 64),
    default=DEFAULT_WINDOW,
    show_default=True,
    help="Transactions in flight.",
)
@signing_options
def command(
    settings: Settings, migration: Pubkey, accounts: tuple[Pubkey, ...], limit: int | None, window: int
) -> None:
    """Bring a program's accounts back into their old layout. Anyone may, while a rollback is approved.

    Accounts that are in the old layout are left alone: after an interruption, run the same command again.

    PROPOSAL is the upgrade's, or its migration's tracker. Without ACCOUNT, all that the node lists.
    """
    if settings.unsigned:
        raise click.UsageError(
            "Accounts take many transactions, so there is no --unsigned for them; anyone may send them."
        )
    run_session(settings, lambda session: move(session, migration, BACK, Wanted(accounts, limit, window)))
