"""A migration: what was voted, how far it is, what can be done next."""

from __future__ import annotations

from solders.pubkey import Pubkey
from windlass_programs.windlass import MigrationTracker

from windlass_commands.amounts import counted
from windlass_commands.chain_time import moment_from
from windlass_commands.field_maps import plan_json, plan_lines
from windlass_commands.layouts import Side, count, listed
from windlass_commands.next_steps import next_steps
from windlass_commands.session import Session
from windlass_commands.standing import standing
from windlass_commands.views.proposal import tracker_of
from windlass_commands.views.steps import show_steps


async def show_migration(session: Session, address: Pubkey, tracker: MigrationTracker) -> None:
    """The tracker's own counts, and what the node lists in each layout."""
    output = session.output
    now = (await session.rpc.clock()).unix_timestamp
    governed = await session.accounts.governed(tracker.proposal)
    steps = next_steps(governed, standing(governed, now), now, await tracker_of(session, governed))
    old, new = [count(await listed(session.rpc, tracker.program, tracker.plan, side)) for side in (Side.OLD, Side.NEW)]
    output.say(f"Migration {address}: {tracker.state.name.lower()}", "bold")
    output.field("program", f"{tracker.program}, to version {tracker.version}")
    output.field("proposal", tracker.proposal)
    for line in plan_lines(tracker.plan):
        output.say(line)
    output.field("moved", f"{counted(tracker.migrated, 'account')} forth, {tracker.reverted:,} back")
    output.field("now", f"{old:,} in old layouts, {new:,} in new ones, as the node lists them")
    output.field("started", moment_from(tracker.started_at, now))
    if tracker.finalized_at:
        output.field("finalized", moment_from(tracker.finalized_at, now))
    show_steps(session, steps, now)
    output.result(
        {
            "command": "show",
            "kind": "migration",
            "address": str(address),
            "multisig": str(tracker.multisig),
            "program": str(tracker.program),
            "proposal": str(tracker.proposal),
            "version": tracker.version,
            "state": tracker.state.name.lower(),
            "migrated": tracker.migrated,
            "reverted": tracker.reverted,
            "in_old_layout": old,
            "in_new_layout": new,
            "plan": plan_json(tracker.plan),
            "started_at": tracker.started_at,
            "finalized_at": tracker.finalized_at or None,
            "stream_seq": tracker.stream.seq,
            "stream_digest": tracker.stream.digest.hex(),
            "next": [step.json() for step in steps],
            "chain_time": now,
        }
    )
