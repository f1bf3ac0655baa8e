"""The progress bar of an upload: bytes in the buffer, and the rate of what is being written now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from windlass_commands.upload import Progress as Told

BAR_WIDTH = 40


@contextmanager
def upload_bar(console: Console, total: int) -> Iterator[Told]:
    """Shows a bar while it lasts, on a terminal only; gives what an Upload tells its progress to."""
    bar = Progress(
        TextColumn("    "),
        BarColumn(BAR_WIDTH),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=console.quiet or not console.is_terminal,
    )
    with bar:
        task = bar.add_task("", total=total)
        begun = False

        def told(held: int) -> None:
            nonlocal begun
            if begun:
                bar.update(task, completed=held)
            else:
                # What was in the buffer before counts as done, and not into the rate.
                bar.reset(task, completed=held)
                begun = True

        yield told
