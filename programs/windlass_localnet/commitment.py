"""Solana's three commitments, and how far behind the open slot each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Commitment(StrEnum):
    """How sure a client can be of what it reads."""

    PROCESSED = "processed"
    CONFIRMED = "confirmed"
    FINALIZED = "finalized"

    @classmethod
    def parse(cls, value: object) -> Commitment:
        """As the validator does: what it does not know, and nothing at all, mean finalized."""
        return cls(value) if value in ("processed", "confirmed") else cls.FINALIZED


@dataclass(frozen=True)
class Lags:
    """Blocks between the open slot and the newest one at a commitment (a test validator: 1 and 31)."""

    confirmed: int = 1
    finalized: int = 31
