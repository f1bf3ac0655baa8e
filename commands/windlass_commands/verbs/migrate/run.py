"""windlass migrate run"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.move_options import moving_options
from windlass_commands.moves import FORTH, Wanted, move
from windlass_commands.options import examples
from windlass_commands.session import Settings, run_session


@click.command(
    "run",
    epilog=examples(
        "windlass migrate run PROPOSAL",
        "windlass migrate run PROPOSAL --limit 10     (try a few first)",
        "windlass migrate run PROPOSAL --window 32 --rate 40 --priority-fee 1000",
        "windlass migrate run PROPOSAL ACCOUNT ACCOUNT",
    ),
)
@moving_options
def command(settings: Settings, migration: Pubkey, wanted: Wanted) -> None:
    """Bring a program's accounts into their new layout, as was voted. Anyone may, once the migration is started.

    Accounts that are in the new layout already are left alone: after an interruption, run the same command again;
    several at once do no harm. An account that the program refuses is told, and does not hold up the others; the exit
    code is 1 then. --keypair pays for what accounts grow by.

    PROPOSAL is the upgrade's, or its migration's tracker. Without ACCOUNT, all that the node lists, and those that are
    created meanwhile.
    """
    run_session(settings, lambda session: move(session, migration, FORTH, wanted))
