"""Finds processes that something started and left behind: all that inherited a mark in their environment."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

GONE_SECONDS = 90.0
POLL_SECONDS = 0.1


class Mark:
    """A value in the environment that every descendant inherits and nobody else has."""

    def __init__(self) -> None:
        self.value = f"WINDLASS_TEST_MARK={uuid4()}"

    def environment(self) -> dict[str, str]:
        """This process's environment with the mark."""
        name, _, value = self.value.partition("=")
        return {**os.environ, name: value}

    def processes(self) -> list[str]:
        """The command lines of all live processes that carry the mark."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            with suppress(OSError):  # it has just ended, or belongs to somebody else
                if self.value.encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip())
        return found

    def gone(self) -> bool:
        """Whether all have ended, within 20 seconds."""
        deadline = time.monotonic() + GONE_SECONDS
        while self.processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True
