"""What commands print: text for people on a terminal, or one JSON object a line with --json.

Colours appear only where stdout is a terminal and NO_COLOR is not set (rich sees to both).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from windlass_commands.errors import CommandError


class Output:
    """Where a command's results go. `as_json` keeps everything meant for people away from stdout."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.console = Console(highlight=False, soft_wrap=True, quiet=as_json)
        self.progress_console = Console(stderr=True, highlight=False, soft_wrap=True, quiet=as_json)
        self.errors = Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, text: str, style: str = "") -> None:
        """One line for people."""
        self.console.print(Text(text, style=style))

    def field(self, name: str, value: object, style: str = "") -> None:
        """A name and its value for people, aligned with the fields around it."""
        self.console.print(Text.assemble((f"  {name:<18}", "dim"), (str(value), style)))

    def table(self, table: Table) -> None:
        """A table for people."""
        self.console.print(table)

    def result(self, values: Mapping[str, Any]) -> None:
        """The machine-readable result; printed only with --json."""
        if self.as_json:
            print(json.dumps(values, default=str), flush=True)

    def raw(self, text: str, values: Mapping[str, Any]) -> None:
        """A result that is text in itself, such as a base64 transaction, alone on stdout."""
        if self.as_json:
            self.result(values)
        else:
            print(text, flush=True)

    def error(self, error: CommandError) -> None:
        """Tell why the command failed: a sentence on stderr, or an object with `error` and its `kind`."""
        if self.as_json:
            self.result({"error": {"kind": error.kind, "message": str(error), **error.details}})
        else:
            self.errors.print(Text.assemble(("error: ", "bold red"), str(error)))
