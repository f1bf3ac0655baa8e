"""What running a transaction gave: small to keep for every transaction, decoded where somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey
from solders.transaction_metadata import TransactionMetadata


@dataclass(slots=True)
class InnerInstruction:
    """One instruction run by CPI; indexes point into the transaction's account list."""

    program_id_index: int
    accounts: bytes
    data: bytes
    stack_height: int


@dataclass(slots=True)
class Execution:
    """What running a transaction gave, whether it succeeded or not.

    `context` are the accounts as LiteSVM counts them: the message's, then loaders that it added itself.
    """

    err: Any  # TransactionError in the validator's JSON; None for success
    compute_units: int
    return_data: tuple[Pubkey, bytes] | None
    meta: TransactionMetadata | None = None
    context: list[Pubkey] | None = None
    logs_without_meta: list[str] | None = None

    @property
    def logs(self) -> list[str]:
        """Log messages, cut off as a validator's are."""
        return self.meta.logs() if self.meta is not None else self.logs_without_meta or []

    @property
    def inner(self) -> list[tuple[int, list[InnerInstruction]]]:
        """Instructions by CPI, by the index of their outer one.

        LiteSVM finds a called program by the last account with its key, which for a loader may be one that it added
        itself. A validator has only the message's accounts, so it is the first account with that key.
        """
        if self.meta is None or self.context is None:
            return []
        first: dict[Pubkey, int] = {}
        places = [first.setdefault(key, place) for place, key in enumerate(self.context)]
        inner = []
        for index, group in enumerate(self.meta.inner_instructions()):
            instructions = []
            for entry in group:
                compiled = entry.instruction()
                # solders has no accessor for the height; it is the last byte of the serialized form.
                instructions.append(
                    InnerInstruction(
                        places[compiled.program_id_index],
                        bytes(compiled.accounts),
                        bytes(compiled.data),
                        bytes(entry)[-1],
                    )
                )
            if instructions:
                inner.append((index, instructions))
        return inner
