"""windlass layout"""

from __future__ import annotations

from pathlib import Path

import click

from windlass_commands.account_shapes import read_idl, shapes_of
from windlass_commands.amounts import counted
from windlass_commands.derived_plan import derived_plan, plan_problems
from windlass_commands.errors import LayoutUnsafe, UsageProblem
from windlass_commands.field_maps import plan_json, plan_lines
from windlass_commands.layout_changes import AccountChange, Declared, changes
from windlass_commands.options import examples
from windlass_commands.output import Output
from windlass_commands.plan_file import write_plan
from windlass_commands.session import run


@click.command(
    "layout",
    epilog=examples(
        "windlass layout v1/vault.json v2/vault.json",
        "windlass layout v1/vault.json v2/vault.json --write plan.json",
        "windlass layout v1/vault.json v2/vault.json --rename Vault=Safe --drop Vault.note --size Vault=200:240",
    ),
)
@click.argument("old_idl", type=click.Path(path_type=Path))
@click.argument("new_idl", type=click.Path(path_type=Path))
@click.option("--rename", "renamed", multiple=True, metavar="OLD=NEW", help="An account or field by its new name.")
@click.option("--drop", "dropped", multiple=True, metavar="ACCOUNT[.FIELD]", help="May be lost.")
@click.option(
    "--size",
    "sizes",
    multiple=True,
    metavar="ACCOUNT=OLD:NEW",
    help="Bytes of an account's data, where it is longer than its fields.",
)
@click.option("--may-strand", type=click.IntRange(0), default=0, help="Accounts that a rollback may leave behind.")
@click.option("--receipts", is_flag=True, help="A receipt on chain for each account; it locks rent until it is closed.")
@click.option("--write", "target", type=click.Path(path_type=Path), help="Write the migration plan that follows.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def command(
    old_idl: Path,
    new_idl: Path,
    renamed: tuple[str, ...],
    dropped: tuple[str, ...],
    sizes: tuple[str, ...],
    may_strand: int,
    receipts: bool,
    target: Path | None,
    as_json: bool,
) -> None:
    """Tell what a new release does to the accounts of the old one: what moved, grew, vanished or changed its type.

    The migration plan follows from it: where each byte goes, or that it is dropped; `windlass propose
    --migration-plan` takes what --write writes. Exit code 1, with the reasons, where accounts would be corrupted.

    OLD_IDL and NEW_IDL are what `anchor build` writes of the two releases.
    """
    output = Output(as_json=as_json)

    async def compare() -> None:
        declared = Declared(_pairs(renamed, "--rename"), frozenset(dropped), _sizes(sizes))
        found = changes(shapes_of(read_idl(old_idl)), shapes_of(read_idl(new_idl)), declared)
        problems = [problem for change in found for problem in change.problems]
        plan = None if problems else derived_plan(found, may_strand=may_strand, receipts=receipts)
        problems += plan_problems(plan) if plan else []
        for change in found:
            show(output, change)
        result = {
            "command": "layout",
            "accounts": [described(change) for change in found],
            "migration_needed": any(change.migrates for change in found),
            "plan": plan_json(plan) if plan else None,
        }
        if problems:
            for problem in problems[1:]:
                output.field("also", problem, "red")
            raise LayoutUnsafe(f"This would corrupt accounts: {problems[0]}.", {**result, "problems": problems})
        if plan is None:
            output.say("No account needs a migration.", "green")
        else:
            for line in plan_lines(plan):
                output.say(line)
            if target:
                write_plan(target, plan)
                output.say(f"Next: windlass propose … --migration-plan {target}", "dim")
        output.result({**result, "problems": []})

    run(output, compare)


def show(output: Output, change: AccountChange) -> None:
    """One account type for people."""
    if change.new is None:
        output.say(f"{change.old.name}: gone", "bold")
        return
    name = change.old.name if change.old.name == change.new.name else f"{change.old.name}, now {change.new.name}"
    if not change.migrates:
        output.say(f"{name}: as before", "bold")
        return
    output.say(f"{name}: {change.old_size:,} bytes become {change.new_size:,}", "bold")
    stay = [kept.old.path for kept in change.kept if not kept.moved]
    if stay:
        output.field("stay", f"{counted(len(stay), 'field')}: {', '.join(stay)}")
    for kept in change.kept:
        if kept.moved:
            output.field("moves", f"{kept.old} to {kept.new.start:,}")
    for field in change.added:
        output.field("is new", field)
    for field in change.dropped:
        output.field("is dropped", field, "yellow")


def described(change: AccountChange) -> dict[str, object]:
    """One account type as JSON."""
    return {
        "name": change.old.name,
        "new_name": change.new.name if change.new else None,
        "old_size": change.old_size or change.old.size,
        "new_size": change.new_size or None,
        "migrates": change.migrates,
        "stay": [kept.old.path for kept in change.kept if not kept.moved],
        "move": [
            {"field": kept.old.path, "from": kept.old.start, "to": kept.new.start} for kept in change.kept if kept.moved
        ],
        "new": [field.path for field in change.added],
        "dropped": [field.path for field in change.dropped],
        "problems": change.problems,
    }


def _pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    pairs = {}
    for text in given:
        old, equals, new = text.partition("=")
        if not (old and equals and new):
            raise UsageProblem(f"{option} takes OLD=NEW, not {text!r}.")
        pairs[old] = new
    return pairs


def _sizes(given: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    sizes = {}
    for account, text in _pairs(given, "--size").items():
        old, _, new = text.partition(":")
        if not (old.isdecimal() and new.isdecimal()):
            raise UsageProblem(f"--size takes ACCOUNT=OLD:NEW in bytes, not {account}={text!r}.")
        sizes[account] = (int(old), int(new))
    return sizes
