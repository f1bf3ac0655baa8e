"""The migration guide's commands exist with their options, and its plans are those of the two programs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest
from stack.ledger_commands import plan
from windlass_commands.account_shapes import shapes_of
from windlass_commands.cli import main
from windlass_commands.derived_plan import derived_plan
from windlass_commands.layout_changes import Declared, changes
from windlass_programs.idl import Idl
from windlass_programs.vault_release_2 import migration_plan

GUIDE = (Path(__file__).parents[3] / "docs" / "MIGRATION_GUIDE.md").read_text()
LINES = re.findall(r"^    (windlass .*)$", GUIDE, re.MULTILINE)


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that a line names, and what follows."""
    group: click.Command = main
    while isinstance(group, click.Group) and words:
        found = group.get_command(click.Context(group), words[0])
        assert found is not None, words
        group, words = found, words[1:]
    return group, words


@pytest.mark.parametrize("line", LINES)
def test_every_command_of_the_guide_exists_with_its_options_and_arguments(line: str) -> None:
    command, words = command_of(shlex.split(line)[1:])
    options = {option: each for each in command.params if isinstance(each, click.Option) for option in each.opts}
    given = iter(words)
    positional = []
    for word in given:
        if not word.startswith("--"):
            positional.append(word)
            continue
        assert word in options, line
        if not options[word].is_flag:
            next(given)
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    assert sum(each.required for each in arguments) <= len(positional)
    assert len(positional) <= len(arguments) or any(each.nargs == -1 for each in arguments)
    required = {option for option, each in options.items() if each.required}
    assert required <= {word for word in words if word.startswith("--")}


def test_the_guide_goes_through_every_step() -> None:
    steps = {" ".join(line.split()[1:3]) for line in LINES}
    assert {f"migrate {each}" for each in ("plan", "run", "status", "verify", "revert", "finalize")} <= steps


def test_the_ledgers_plan_in_the_guide_is_the_one_that_its_tests_vote_on() -> None:
    (written,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert json.loads(written) == plan()


def test_the_plan_that_follows_from_the_vaults_idls_is_the_one_that_is_proposed() -> None:
    old, new = (shapes_of(Idl.load(name)) for name in ("collateral_vault_v1", "collateral_vault_v2"))
    derived = derived_plan(changes(old, new, Declared()))
    proposed = migration_plan()
    assert derived is not None
    for each in (derived, proposed):
        for layout in each.layouts:
            layout.mapped.sort(key=lambda mapped: mapped.from_)
    assert derived == proposed
