"""A migration plan in an operator's words, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from windlass_programs.windlass import AccountLayout, MigrationPlan

from windlass_commands.amounts import counted

DISCRIMINATOR_BYTES = 8


def plan_lines(plan: MigrationPlan) -> list[str]:
    """Every byte that is voted on: where it goes, or that it may be lost."""
    lines = []
    for layout in plan.layouts:
        lines += [
            f"  migration     {layout.old_discriminator.hex()} ({layout.old_size:,} bytes) becomes "
            f"{layout.new_discriminator.hex()} ({layout.new_size:,} bytes)",
            "    kept        " + ", ".join(f"{_span(m.from_, m.len)} at {_span(m.to, m.len)}" for m in layout.mapped),
            "    dropped     " + (", ".join(_span(lost.from_, lost.len) for lost in layout.dropped) or "nothing"),
        ]
    receipts = "a receipt for each account" if plan.receipts else "no receipts"
    lines.append(f"    rollback    may leave {counted(plan.may_strand, 'account')} behind; {receipts}")
    return lines


def plan_json(plan: MigrationPlan) -> dict[str, Any]:
    """The plan as its file has it."""
    return {
        "may_strand": plan.may_strand,
        "receipts": plan.receipts,
        "layouts": [
            {
                "old": {"discriminator": layout.old_discriminator.hex(), "size": layout.old_size},
                "new": {"discriminator": layout.new_discriminator.hex(), "size": layout.new_size},
                "mapped": [{"from": each.from_, "to": each.to, "len": each.len} for each in layout.mapped],
                "dropped": [{"from": each.from_, "len": each.len} for each in layout.dropped],
            }
            for layout in plan.layouts
        ],
    }


def field_map_problem(plan: MigrationPlan) -> str | None:
    """The first byte that breaks the rule that each old one is mapped or dropped exactly once; None: it holds."""
    for number, layout in enumerate(plan.layouts, 1):
        for side, size, spans in (
            ("old", layout.old_size, [*_old_spans(layout)]),
            ("new", layout.new_size, [(m.to, m.to + m.len) for m in layout.mapped]),
        ):
            problem = _problem(size, spans, complete=side == "old")
            if problem:
                return f"in layout {number}, {problem} of the {side} layout ({size:,} bytes)"
    return None


def _old_spans(layout: AccountLayout) -> Iterator[tuple[int, int]]:
    yield from ((mapped.from_, mapped.from_ + mapped.len) for mapped in layout.mapped)
    yield from ((lost.from_, lost.from_ + lost.len) for lost in layout.dropped)


def _problem(size: int, spans: Sequence[tuple[int, int]], *, complete: bool) -> str | None:
    reached = DISCRIMINATOR_BYTES
    for start, end in sorted(spans):
        if start == end:
            return f"an empty range lies at byte {start:,}"
        if start < DISCRIMINATOR_BYTES or end > size:
            return f"bytes {start:,}..{end:,} leave the fields, {DISCRIMINATOR_BYTES}..{size:,},"
        if start < reached:
            return f"bytes {start:,}..{min(reached, end):,} are named twice"
        if complete and start > reached:
            return f"bytes {reached:,}..{start:,} are neither mapped nor dropped"
        reached = end
    if complete and reached < size:
        return f"bytes {reached:,}..{size:,} are neither mapped nor dropped"
    return None


def _span(start: int, length: int) -> str:
    return f"{start:,}..{start + length:,}"
