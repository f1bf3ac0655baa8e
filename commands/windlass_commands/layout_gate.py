"""Stops a proposal whose code would read accounts wrongly: what its IDL changes has to be in its migration plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from windlass_programs.idl import Idl
from windlass_programs.windlass import AccountLayout, MigrationPlan

from windlass_commands.account_shapes import read_idl, shapes_of
from windlass_commands.errors import Refused, UsageProblem
from windlass_commands.layout_changes import AccountChange, Declared, Kept, changes


@dataclass(frozen=True)
class Idls:
    """The files with the IDLs of the running code and of what is proposed, as far as they are known."""

    old: Path | None
    new: Path | None


NO_IDLS = Idls(None, None)


def idl_beside(elf: Path | None) -> Path | None:
    """The IDL that lies with a program: vault.json beside vault.so, or where Anchor puts it. None: there is none."""
    if elf is None:
        return None
    for place in (elf.with_suffix(".json"), elf.parent.parent / "idl" / f"{elf.stem}.json"):
        if place.expanduser().is_file():
            return place
    return None


def require_safe(idls: Idls, plan: MigrationPlan | None) -> list[str]:
    """Compare the IDLs, where both are known; sentences that say what was found.

    Raises Refused where accounts change and the plan does not say so, or otherwise than they do. What a plan drops or
    puts elsewhere is voted on: only what both releases have under the same name has to be where the new one reads it.
    """
    old, new = idls.old, idls.new
    if old is None:
        return ["Whether accounts stay readable was not checked: --old-idl names the IDL of the running code."]
    if new is None:
        raise UsageProblem("--old-idl needs --new-idl, or an IDL beside --elf (vault.json beside vault.so).")
    found = compared(read_idl(old), read_idl(new), plan)
    problems = [problem for change in found for problem in problems_of(change, plan)]
    if problems:
        more = f" {len(problems) - 1} more: `windlass layout {old} {new}` lists them." if len(problems) > 1 else ""
        raise Refused(f"By its IDL, this upgrade would corrupt accounts: {problems[0]}.{more}")
    migrating = [change.old.name for change in found if change.migrates]
    if not migrating:
        return ["Its IDL has every account laid out as the running code's has."]
    return [f"Its migration plan is what the IDLs say of {', '.join(migrating)}."]


def compared(old: Idl, new: Idl, plan: MigrationPlan | None) -> list[AccountChange]:
    """What becomes of each account type; an account that the plan gives another discriminator may have another name."""
    before, after = shapes_of(old), shapes_of(new)
    by_discriminator = {shape.discriminator: name for name, shape in after.items()}
    renamed = {}
    for name, shape in before.items():
        layout = _layout_of(shape.discriminator, plan)
        if layout and (target := by_discriminator.get(layout.new_discriminator)):
            renamed[name] = target
    sizes = {
        name: (layout.old_size, layout.new_size)
        for name, shape in before.items()
        if (layout := _layout_of(shape.discriminator, plan))
    }
    return changes(before, after, Declared(renamed=renamed, sizes=sizes))


def problems_of(change: AccountChange, plan: MigrationPlan | None) -> list[str]:
    """What is wrong with one account type, as far as the plan does not settle it."""
    name, layout = change.old.name, _layout_of(change.old.discriminator, plan)
    if layout is None:
        if change.problems:
            return change.problems
        if change.migrates:
            return [
                f"account {name} changes and the proposal has no migration plan for it; `windlass layout OLD_IDL "
                "NEW_IDL --write plan.json` makes one, for --migration-plan"
            ]
        return []
    if change.new is None or change.new.discriminator != layout.new_discriminator:
        return [f"the plan turns {name} into {layout.new_discriminator.hex()}, and no account of the new IDL is that"]
    return [
        *change.obstacles,
        *(problem for kept in change.kept for problem in _misplaced(name, kept, layout)),
        *(problem for kept in change.retyped for problem in _read_otherwise(name, kept, layout)),
    ]


def _misplaced(name: str, kept: Kept, layout: AccountLayout) -> list[str]:
    """Where the plan puts a field's bytes elsewhere than the new release reads them, or nowhere."""
    start, end = kept.old.start, layout.old_size if kept.old.end is None else kept.old.end
    shift = kept.new.start - start
    reached = start
    for each in sorted(layout.mapped, key=lambda mapped: mapped.from_):
        if each.from_ <= reached < each.from_ + each.len:
            if each.to - each.from_ != shift:
                return [
                    f"the plan moves field {name}.{kept.old} to byte {start + each.to - each.from_:,}, and the new "
                    f"code reads it at {kept.new.start:,}"
                ]
            reached = each.from_ + each.len
    if reached >= end:
        return []
    return [f"the plan drops field {name}.{kept.old}, which the new code still reads at byte {kept.new.start:,}"]


def _read_otherwise(name: str, kept: Kept, layout: AccountLayout) -> list[str]:
    """Where the plan keeps bytes that have another type in the new release."""
    end = layout.old_size if kept.old.end is None else kept.old.end
    if all(each.from_ >= end or each.from_ + each.len <= kept.old.start for each in layout.mapped):
        return []
    return [
        f"field {name}.{kept.old.path} is {kept.old.type} and becomes {kept.new.type}, and the plan keeps its bytes "
        "instead of dropping them"
    ]


def _layout_of(discriminator: bytes, plan: MigrationPlan | None) -> AccountLayout | None:
    layouts: Sequence[AccountLayout] = plan.layouts if plan else ()
    return next((layout for layout in layouts if layout.old_discriminator == discriminator), None)
