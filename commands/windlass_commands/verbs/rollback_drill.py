"""windlass rollback-drill"""

from __future__ import annotations

from pathlib import Path

import click

from windlass_commands.demo.story import drill
from windlass_commands.options import examples
from windlass_commands.output import Output
from windlass_commands.session import run
from windlass_commands.verbs.demo import of_a_story, play


@click.command(
    "rollback-drill",
    epilog=examples(
        "windlass rollback-drill",
        "windlass rollback-drill --validator $(command -v solana-test-validator)",
        "windlass rollback-drill --stay      (and look around afterwards)",
    ),
)
@click.option("--stay", is_flag=True, help="Stay up after the drill instead of ending.")
@of_a_story("Drill")
def command(stay: bool, validator: Path | None, slot_ms: int | None, as_json: bool) -> None:
    """Practise the way back, from the first refused withdrawal to the last token paid out, with times.

    A release of the vault that lets nobody withdraw is voted in and runs; a guard pauses, the emergency threshold
    approves the rollback, vaults are reverted with what they hold now, the kept copy runs again, the pause ends, and
    every user withdraws everything. Runs on a stack of its own, as `windlass demo` does; no other chain is touched.
    Exit code 1 if any step does not come out as told.
    """
    output = Output(as_json=as_json)
    about = ("windlass rollback-drill", "an upgrade that misbehaves, and the way back")
    run(output, lambda: play(output, slot_ms, not stay, validator, drill, *about))
