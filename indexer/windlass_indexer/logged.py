"""What a program printed as events (Anchor's `emit!`): to look at, never to believe that it is all.

A node keeps 10 kB of a transaction's log and drops the rest, so an event that is not there may have been there. What is
there is the program's own, for the runtime begins each line: what a program prints is behind "Program log: " or
"Program data: ", and the lines around it say which program is running.
"""

from base64 import b64decode
from collections.abc import Iterator, Sequence

_DATA = "Program data: "
_LOG = "Program log: "
_INVOKE = " invoke ["


def logged(logs: Sequence[str], program: str) -> Iterator[bytes]:
    """Discriminator and borsh bytes of each event that `program` printed, in order; what is not base64 is none."""
    running: list[str] = []
    for line in logs:
        if line.startswith(_DATA):
            if running and running[-1] == program:
                try:
                    yield b64decode(line[len(_DATA) :], validate=True)
                except ValueError:
                    continue  # several slices at once: no event of Anchor's
        elif not line.startswith(_LOG) and line.startswith("Program "):
            # "Program ADDRESS invoke [1]", "... success", "... failed: WHY", "... consumed N of M compute units".
            if _INVOKE in line:
                running.append(line[8 : line.index(_INVOKE)])
            elif running and (line.endswith(" success") or " failed" in line):
                running.pop()
