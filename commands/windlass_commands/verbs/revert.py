"""windlass revert"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.move_options import moving_options
from windlass_commands.moves import BACK, Wanted, move
from windlass_commands.options import examples
from windlass_commands.session import Settings, run_session


@click.command(
    "revert",
    epilog=examples(
        "windlass revert PROPOSAL",
        "windlass revert PROPOSAL --limit 10     (try a few first)",
        "windlass revert PROPOSAL ACCOUNT ACCOUNT",
        "windlass migrate revert PROPOSAL        (the same)",
    ),
)
@moving_options
def command(settings: Settings, migration: Pubkey, wanted: Wanted) -> None:
    """Bring a program's accounts back into their old layout. Anyone may, while a rollback is approved.

    Accounts that are in the old layout are left alone: after an interruption, run the same command again.

    PROPOSAL is the upgrade's, or its migration's tracker. Without ACCOUNT, all that the node lists.
    """
    run_session(settings, lambda session: move(session, migration, BACK, wanted))
