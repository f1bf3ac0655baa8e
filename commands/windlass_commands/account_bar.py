"""The progress bar of something done to many accounts: how many, and how fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.text import Text

BAR_WIDTH = 40


class Rate(ProgressColumn):
    """Accounts a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} accounts/s")


@contextmanager
def account_bar(console: Console, total: int) -> Iterator[Callable[[int], None]]:
    """Shows a bar while it lasts, on a terminal only; gives what is told how many accounts are done."""
    bar = Progress(
        BarColumn(BAR_WIDTH),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=console.quiet or not console.is_terminal,
    )
    with bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)
