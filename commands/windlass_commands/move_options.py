"""The arguments and options of commands that work on many accounts of a migration, as decorators."""

from __future__ import annotations

import functools
from typing import Any

import click
from solders.pubkey import Pubkey

from windlass_commands.moves import Wanted
from windlass_commands.options import Command, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Settings
from windlass_commands.sweep import DEFAULT_WINDOW, MAX_WINDOW

migration_argument = click.argument("migration", type=ADDRESS, metavar="PROPOSAL")
accounts_argument = click.argument("accounts", type=ADDRESS, nargs=-1, metavar="[ACCOUNT]...")
limit_option = click.option("--limit", type=click.IntRange(1), help="Take this many accounts at most.")
window_option = click.option(
    "--window",
    type=click.IntRange(1, MAX_WINDOW),
    default=DEFAULT_WINDOW,
    show_default=True,
    help="Transactions in flight.",
)
rate_option = click.option(
    "--rate",
    type=click.FloatRange(min=0),
    default=0,
    metavar="REQUESTS",
    help="Ask the node at most so many times a second. Default: no limit.",
)


def sending_options(command: Command) -> Command:
    """For commands that send many transactions: PROPOSAL, --window, --rate, and those of every signing command but
    --unsigned, which is refused.
    """
    return migration_argument(_sending(command))


def moving_options(command: Command) -> Command:
    """For commands that move accounts: the above with ACCOUNT... and --limit; they get what is Wanted."""

    @functools.wraps(command)
    def with_wanted(
        settings: Settings, accounts: tuple[Pubkey, ...], limit: int | None, window: int, **values: Any
    ) -> None:
        command(settings, wanted=Wanted(accounts, limit, window), **values)

    return migration_argument(accounts_argument(limit_option(_sending(with_wanted))))


def _sending(command: Command) -> Command:
    @functools.wraps(command)
    def with_transactions(settings: Settings, **values: Any) -> None:
        if settings.unsigned:
            raise click.UsageError("This takes many transactions, so there is no --unsigned; anyone may send them.")
        command(settings, **values)

    return window_option(rate_option(signing_options(with_transactions)))
