"""windlass migrate"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.moves import FORTH, Wanted, move
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Settings, run_session
from windlass_commands.sweep import DEFAULT_WINDOW


@click.command(
    "migrate",
    epilog=examples(
        "windlass migrate PROPOSAL",
        "windlass migrate PROPOSAL --limit 10     (try a few first)",
        "windlass migrate PROPOSAL ACCOUNT ACCOUNT",
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
    """Bring a program's accounts into their new layout, as was voted. Anyone may, once the migration is started.

    Accounts that are in the new layout already are left alone: after an interruption, run the same command again. An
    account that the program refuses is told, and does not hold up the others. --keypair pays for what accounts grow by.

    PROPOSAL is the upgrade's, or its migration's tracker. Without ACCOUNT, all that the node lists.
    """
    if settings.unsigned:
        raise click.UsageError(
            "Accounts take many transactions, so there is no --unsigned for them; anyone may send them."
        )
    run_session(settings, lambda session: move(session, migration, FORTH, Wanted(accounts, limit, window)))
