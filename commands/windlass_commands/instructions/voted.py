"""The accounts that every instruction about a proposal of any kind takes."""

from __future__ import annotations

from dataclasses import dataclass

from solders.pubkey import Pubkey


@dataclass(frozen=True)
class Voted:
    """A proposal and what hangs on it: its program's state (None for a config), and for a rollback the tracker of the
    running version's migration (None without one)."""

    proposal: Pubkey
    multisig: Pubkey
    program_state: Pubkey | None = None
    tracker: Pubkey | None = None
