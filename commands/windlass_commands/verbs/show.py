"""windlass show"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey
from windlass_programs.addresses import program_state_address
from windlass_programs.windlass import MigrationTracker, ProgramUpgradeState, UpgradeProposal

from windlass_commands.options import chain_options, examples
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Session, Settings, run_session
from windlass_commands.views.migration import show_migration
from windlass_commands.views.multisig import show_multisig
from windlass_commands.views.program import show_program
from windlass_commands.views.proposal import show_proposal


@click.command(
    "show",
    epilog=examples(
        "windlass show PROPOSAL",
        "windlass show MIGRATION",
        "windlass show MULTISIG --json",
        "windlass show PROGRAM --multisig MULTISIG",
    ),
)
@click.argument("address", type=ADDRESS)
@click.option("--multisig", type=ADDRESS, help="ADDRESS is a program that this multisig governs.")
@chain_options
def command(settings: Settings, address: Pubkey, multisig: Pubkey | None) -> None:
    """Show a multisig, a governed program, a proposal or a migration as the chain holds it.

    Of all but the multisig it says where they stand by the chain's clock, and which commands can be run next, by whom
    and from when on.
    """
    run_session(settings, lambda session: show(session, address, multisig))


async def show(session: Session, address: Pubkey, multisig: Pubkey | None = None) -> None:
    """Whichever of them it is."""
    if multisig is not None:
        state = await session.accounts.program_state(multisig, address)
        await show_program(session, program_state_address(multisig, address, session.program_id), state)
        return
    found = await session.accounts.any(address)
    if isinstance(found, UpgradeProposal):
        await show_proposal(session, address, found)
    elif isinstance(found, ProgramUpgradeState):
        await show_program(session, address, found)
    elif isinstance(found, MigrationTracker):
        await show_migration(session, address, found)
    else:
        show_multisig(session, address, found)
