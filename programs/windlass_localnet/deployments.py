"""Loader v3's rule that code deployed in a slot runs from the next slot on.

LiteSVM runs new code at once. The bank therefore asks here, before it runs a transaction that names a
program deployed in the open slot, and lets it fail as Agave does: `Program is not deployed`.
That a program is upgraded or extended once a slot only is the loader's own check, which LiteSVM has.
"""

from __future__ import annotations

import struct
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from windlass_localnet.genesis import LOADER_V3

_PROGRAM = struct.pack("<I", 2)
_PROGRAM_DATA = struct.pack("<I", 3)


class Deployments:
    """Programs whose code changed in the open slot."""

    def __init__(self) -> None:
        self._fresh: set[Pubkey] = set()

    def open_slot(self) -> None:
        """What was deployed before is visible now."""
        self._fresh.clear()

    def note(self, slot: int, keys: list[Pubkey], states: list[Account | None]) -> None:
        """Look for programs that a transaction just deployed, upgraded or extended."""
        deployed: set[bytes] = set()
        programs: dict[bytes, Pubkey] = {}
        for key, account in zip(keys, states, strict=True):
            if account is None or account.owner != LOADER_V3:
                continue
            data = account.data
            if data[:12] == _PROGRAM_DATA + struct.pack("<Q", slot):
                deployed.add(bytes(key))
            elif data[:4] == _PROGRAM:
                programs[data[4:36]] = key
        self._fresh.update(program for data_key, program in programs.items() if data_key in deployed)

    def names_fresh(self, keys: list[Pubkey]) -> bool:
        """Whether a transaction names a program that is not visible yet."""
        return bool(self._fresh) and not self._fresh.isdisjoint(keys)

    def refuse_call(self, logs: list[str]) -> tuple[Any, list[str]] | None:
        """If these logs call a fresh program: the error and the logs up to that call."""
        calls = {f"Program {program} invoke [" for program in self._fresh}
        outer = -1
        stack: list[str] = []
        for position, line in enumerate(logs):
            words = line.split(" ")
            if len(words) == 4 and words[0] == "Program" and words[2] == "invoke":
                depth = int(words[3][1:-1])
                outer += depth == 1
                del stack[depth - 1 :]
                stack.append(words[1])
                if any(line.startswith(call) for call in calls):
                    failed = [f"Program {p} failed: Unsupported program id" for p in reversed(stack)]
                    cut = [*logs[: position + 1], "Program is not deployed", *failed]
                    return {"InstructionError": [outer, "UnsupportedProgramId"]}, cut
        return None
