"""windlass migrate status"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.amounts import counted
from windlass_commands.layouts import Side, count, listed
from windlass_commands.move_options import migration_argument
from windlass_commands.options import chain_options, examples
from windlass_commands.session import Session, Settings, run_session


@click.command("status", epilog=examples("windlass migrate status PROPOSAL"))
@migration_argument
@chain_options
def command(settings: Settings, migration: Pubkey) -> None:
    """How far a migration is: what its tracker counted on chain, and what the node lists as left.

    PROPOSAL is the upgrade's, or its migration's tracker.
    """
    run_session(settings, lambda session: status(session, migration))


async def status(session: Session, address: Pubkey) -> None:
    """Tell the counts."""
    migration = await session.accounts.migration(address)
    tracker, output = migration.tracker, session.output
    old, new = [count(await listed(session.rpc, tracker.program, tracker.plan, side)) for side in (Side.OLD, Side.NEW)]
    share = new / (old + new) if old + new else 1.0
    output.say(f"Migration {migration.address}: {tracker.state.name.lower()}", "bold")
    output.field("moved", f"{counted(tracker.migrated, 'account')} forth, {tracker.reverted:,} back, as it counted")
    output.field("now", f"{old:,} in old layouts, {new:,} in new ones ({share:.1%}), as the node lists them")
    output.result(
        {
            "command": "migrate status",
            "migration": str(migration.address),
            "proposal": str(tracker.proposal),
            "state": tracker.state.name.lower(),
            "migrated": tracker.migrated,
            "reverted": tracker.reverted,
            "in_old_layout": old,
            "in_new_layout": new,
            "stream_seq": tracker.stream.seq,
            "stream_digest": tracker.stream.digest.hex(),
        }
    )
