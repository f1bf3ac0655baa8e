"""What can be done next, for people."""

from __future__ import annotations

from collections.abc import Sequence

from windlass_commands.chain_time import moment_from
from windlass_commands.next_steps import Step
from windlass_commands.session import Session


def show_steps(session: Session, steps: Sequence[Step], now: int) -> None:
    """A line for each command, with who may run it and from when on. `now` is the chain's time, unix seconds."""
    for number, step in enumerate(steps):
        when = f", from {moment_from(step.from_time, now)}" if step.from_time else ""
        session.output.field("" if number else "next", f"{step.command}  ({step.by}{when})")
