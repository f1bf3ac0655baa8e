"""The migration plan that follows from what a release does to accounts: where each byte goes, or that it is dropped."""

from __future__ import annotations

from collections.abc import Sequence

from windlass_programs.payload import pack_plan
from windlass_programs.windlass import AccountLayout, DroppedRange, MappedRange, MigrationPlan

from windlass_commands.account_shapes import DISCRIMINATOR_BYTES
from windlass_commands.layout_changes import AccountChange, Kept

# windlass-rules, migration_plan.rs.
MAX_LAYOUTS, MAX_PLAN_BYTES = 4, 512


def derived_plan(
    changes: Sequence[AccountChange], *, may_strand: int = 0, receipts: bool = False
) -> MigrationPlan | None:
    """The plan for all accounts that have to be migrated; None where there are none. Their changes have no problems."""
    layouts = [_layout(change) for change in changes if change.migrates]
    return MigrationPlan(layouts, may_strand, receipts) if layouts else None


def plan_problems(plan: MigrationPlan) -> list[str]:
    """Why the program would not take a plan that is right by itself."""
    problems = []
    if len(plan.layouts) > MAX_LAYOUTS:
        problems.append(
            f"{len(plan.layouts)} account types would have to be migrated at once, and a plan has room for "
            f"{MAX_LAYOUTS}; change the others in another release"
        )
    if (length := len(pack_plan(plan))) > MAX_PLAN_BYTES:
        problems.append(
            f"the field map takes {length:,} bytes, and a plan has {MAX_PLAN_BYTES}; keep fields together that are "
            "together, so that they are one range"
        )
    return problems


def _layout(change: AccountChange) -> AccountLayout:
    assert change.new is not None
    mapped: list[MappedRange] = []
    for start, to, length in sorted(_span(each, change) for each in change.kept):
        last = mapped[-1] if mapped else None
        if last and last.from_ + last.len == start and last.to + last.len == to:
            mapped[-1] = MappedRange(last.from_, last.to, last.len + length)
        elif length:
            mapped.append(MappedRange(start, to, length))
    dropped, reached = [], DISCRIMINATOR_BYTES
    for each in mapped:
        if each.from_ > reached:
            dropped.append(DroppedRange(reached, each.from_ - reached))
        reached = each.from_ + each.len
    if reached < change.old_size:
        dropped.append(DroppedRange(reached, change.old_size - reached))
    return AccountLayout(
        change.old.discriminator, change.new.discriminator, change.old_size, change.new_size, mapped, dropped
    )


def _span(kept: Kept, change: AccountChange) -> tuple[int, int, int]:
    """Where a kept field begins in the old layout and in the new one, and its bytes: what varies goes to the end."""
    end = change.old_size if kept.old.end is None else kept.old.end
    return kept.old.start, kept.new.start, end - kept.old.start
