"""windlass finalize"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.amounts import counted
from windlass_commands.explanation import Subject
from windlass_commands.instructions.finalize_migration import finalize_migration
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command(
    "finalize", epilog=examples("windlass finalize PROPOSAL", "windlass migrate finalize PROPOSAL     (the same)")
)
@click.argument("migration", type=ADDRESS, metavar="PROPOSAL")
@signing_options
def command(settings: Settings, migration: Pubkey) -> None:
    """End a migration, from 7 days after its upgrade. Anyone may.

    The next upgrade, and a transfer, wait for it. Accounts that nobody touched can still be migrated afterwards.
    PROPOSAL is the upgrade's, or its migration's tracker.
    """
    run_session(settings, lambda session: finalize(session, migration))


async def finalize(session: Session, address: Pubkey) -> None:
    """Tell how many accounts went forth and back, and end it."""
    migration = await session.accounts.migration(address)
    tracker = migration.tracker
    landed = await session.carry_out(
        Intent(
            "finalize",
            [
                finalize_migration(
                    session.program_id, tracker.multisig, tracker.program, tracker.proposal, migration.address
                )
            ],
            [],
            [
                f"Ends the migration of program {tracker.program} to version {tracker.version}: "
                f"{counted(tracker.migrated, 'account')} went forth, {tracker.reverted:,} came back.",
                "Nothing can go back any more; what nobody touched yet can still be migrated.",
            ],
            Subject(
                proposal=tracker.proposal,
                multisig=tracker.multisig,
                program=tracker.program,
                payer=session.payer.address,
            ),
            {
                "proposal": str(tracker.proposal),
                "migration": str(migration.address),
                "migrated": tracker.migrated,
                "reverted": tracker.reverted,
            },
        )
    )
    if landed is not None and tracker.plan.receipts:
        session.output.say(f"Next: windlass close-receipts {tracker.proposal}", "dim")
