"""How the demo's story looks: acts, steps with their signature and time, refusals, tables."""

from __future__ import annotations

from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from solders.signature import Signature

from windlass_commands.output import Output

SIGNATURE_INDENT = 6
TEXT_WIDTH = 70


class Narrator:
    """Prints the story, or, with --json, one object for each thing that happens."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.console = output.console
        self._act = 0

    def title(self, text: str, subtitle: str) -> None:
        """The first lines."""
        self.console.print()
        self.console.print(Text.assemble("  ", (text, "bold"), ("  " + subtitle, "dim")))

    def act(self, title: str) -> None:
        """A new act."""
        self._act += 1
        self.console.print()
        self.console.print(Text.assemble((f"  {self._act}  ", "bold cyan"), (title, "bold")))
        self.output.result({"act": self._act, "title": title})

    def note(self, text: str, style: str = "dim") -> None:
        """A line between steps."""
        self.console.print(Text.assemble("     ", (text, style)))

    def step(self, text: str, signature: Signature, slot: int, milliseconds: float | None) -> None:
        """Something that happened; `milliseconds` until the read model showed it, None where it has no event."""
        time = "" if milliseconds is None else f"{milliseconds:+.0f} ms"
        self.console.print(Text.assemble(("   ✓ ", "green"), f"{text:<{TEXT_WIDTH}} ", (f"{time:>9}", "bold green")))
        self._signature(signature)
        self.output.result(
            {
                "step": text,
                "signature": str(signature),
                "slot": slot,
                "read_model_ms": None if milliseconds is None else round(milliseconds, 1),
            }
        )

    def refusal(self, text: str, name: str, sentence: str, signature: Signature | None) -> None:
        """Something that the program refused, as it should."""
        self.console.print(Text.assemble(("   ✗ ", "yellow"), f"{text}  ", (f"refused: {name}", "yellow")))
        self.console.print(Text.assemble("     ", (sentence, "yellow")))
        if signature is not None:
            self._signature(signature)
        self.output.result(
            {
                "refused": text,
                "error": name,
                "message": sentence,
                "signature": str(signature) if signature else None,
            }
        )

    def table(self, table: Table) -> None:
        """A table at the story's indent."""
        self.console.print()
        self.console.print(table)

    def panel(self, text: Text) -> None:
        """The end."""
        self.console.print()
        self.console.print(Panel(text, border_style="green", expand=False, padding=(0, 2)))

    def _signature(self, signature: Signature) -> None:
        text = str(signature)
        if self.console.is_terminal and self.console.width < len(text) + SIGNATURE_INDENT:
            text = f"{text[:20]}…{text[-20:]}"
        self.console.print(Text.assemble("     ", (text, "dim")))
