"""Every command is documented, and none takes a key as an argument."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from windlass_commands.cli import SECTIONS, VERBS, main

README = Path(__file__).parents[3] / "README.md"


def commands() -> Iterator[tuple[list[str], click.Command]]:
    context = click.Context(main)
    for verb in VERBS:
        command = main.get_command(context, verb)
        assert command is not None
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                yield [verb, name], inner
        else:
            yield [verb], command


COMMANDS = list(commands())
IDS = [" ".join(path) for path, _ in COMMANDS]


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=IDS)
def test_every_command_has_help_with_an_example_and_json(path: list[str], command: click.Command) -> None:
    shown = CliRunner().invoke(main, [*path, "--help"])
    assert shown.exit_code == 0
    assert f"windlass {' '.join(path)}" in shown.output.split("Examples:")[1]
    assert "--json" in shown.output
    assert command.help


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=IDS)
def test_every_option_says_what_it_is(path: list[str], command: click.Command) -> None:
    undocumented = [p.opts[0] for p in command.params if isinstance(p, click.Option) and not p.help]
    assert undocumented == []


def test_the_list_of_commands_is_shown_without_loading_them() -> None:
    shown = CliRunner().invoke(main, ["--help"])
    for verb, (_, line) in VERBS.items():
        assert verb in shown.output
        assert line in shown.output


def test_every_command_is_in_one_section_of_the_help_and_in_the_readme() -> None:
    assert sorted(verb for verbs in SECTIONS.values() for verb in verbs) == sorted(VERBS)
    operate = README.read_text().split("## Operate it")[1]
    missing = [verb for verb in VERBS if not re.search(rf"\b{verb}\b", operate)]
    assert missing == []


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(main, ["upgrade"]).exit_code == 2


def test_a_command_without_what_it_needs_is_wrong_usage() -> None:
    for path, _ in COMMANDS:
        if path[0] not in ("dev", "demo", "rollback-drill"):
            arguments = [*path, "--no-such-option"]
            assert CliRunner().invoke(main, arguments).exit_code == 2
