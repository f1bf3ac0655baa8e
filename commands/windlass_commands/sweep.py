"""One thing done to many accounts: as many of them in a transaction as fit, several transactions in flight.

An account that is refused is found by halving its batch, told, and left out; it does not hold up the others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Generic, TypeVar

from solders.hash import Hash
from solders.instruction import Instruction
from solders.transaction import VersionedTransaction

from windlass_commands.errors import Refused, TransactionExpired, TransactionRefused
from windlass_commands.flight import Flight
from windlass_commands.keypairs import Signer
from windlass_commands.rpc import Rpc
from windlass_commands.transactions import (
    MAX_COMPUTE_UNITS,
    MAX_TRANSACTION_BYTES,
    logs_of,
    message_of,
    refused,
    signed,
    simulate,
    units_to_ask,
    unsigned,
)

T = TypeVar("T")

DEFAULT_WINDOW, MAX_WINDOW = 8, 256
# What a transaction may do at most in instructions and calls (Agave, MAX_INSTRUCTION_TRACE_LENGTH), less its own.
MAX_CALLS = 61
MAX_ATTEMPTS = 5
MAX_REFUSED = 100
# Errors that are about all accounts alike: halving a batch would only repeat them.
ABOUT_ALL = frozenset(
    {
        "AccountNotFound",
        "BlockhashNotFound",
        "InsufficientFunds",
        "InsufficientFundsForFee",
        "InsufficientFundsForRent",
        "MigrationNotReverting",
        "MigrationOpen",
        "MigrationReverting",
        "MigrationVersionMismatch",
        "Released",
        "SystemPaused",
        "TrackerMismatch",
    }
)

# Errors by which a transaction turns out to hold too many accounts, whatever its size in bytes.
TOO_MANY = frozenset(
    {"ComputationalBudgetExceeded", "MaxInstructionTraceLengthExceeded", "MaxAccountsDataAllocationsExceeded"}
)


async def _never(item: object) -> bool:
    return False


@dataclass(frozen=True)
class Batch(Generic[T]):
    """Accounts of one transaction.

    `attempts`: sent without being seen to land. `suspect`: one of them may be refused, so it is simulated first.
    `halved`: of one that was refused.
    """

    items: Sequence[T]
    attempts: int = 0
    suspect: bool = False
    halved: bool = False


@dataclass
class Sweep(Generic[T]):
    """Sends `build(items)` for all items. `most` is how many of them one transaction can hold at first sight.

    The first batches are simulated: what they take is what the others ask for, which are sent without. One that fails
    then is simulated before it is sent again. `settled` tells of an item that was refused whether it needs nothing any
    more. A rehearsal simulates every transaction and sends none.
    """

    rpc: Rpc
    payer: Signer
    build: Callable[[Sequence[T]], list[Instruction]]
    most: int
    window: int = DEFAULT_WINDOW
    price: int = 0
    rehearsal: bool = False
    progress: Callable[[int], None] = lambda done: None
    settled: Callable[[T], Awaitable[bool]] = _never
    done: int = 0
    gone: int = 0
    transactions: int = 0
    seconds: float = 0.0
    refused: list[tuple[T, TransactionRefused]] = field(default_factory=list)
    # Items of the largest batch that was simulated, and the compute units that it took.
    _measured: tuple[int, int] = (0, 0)
    _known_to_fit: int = 0
    _measuring: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, items: Iterable[T]) -> None:
        """Do it to all of them; what was refused is in `refused` afterwards. Again for others, it counts on.

        Raises TransactionRefused where all would be refused alike, Refused where too many were, TransactionExpired,
        RpcError.
        """
        started = time.monotonic()
        self._left, self._again = iter(items), list[Batch[T]]()
        self._flight = Flight(self.rpc)
        try:
            await self._flight.each(self.window, self._take, self._send)
        finally:
            self.seconds += time.monotonic() - started

    async def measure(self, items: Sequence[T]) -> tuple[int, int]:
        """How many of `items` one transaction can hold, and the compute units that these take. Raises
        TransactionRefused.
        """
        chosen = self.fitting(items)
        while True:
            try:
                units = await simulate(self.rpc, self.build(chosen), self.payer, price=self.price)
            except TransactionRefused as refusal:
                if refusal.rejection.name not in TOO_MANY or len(chosen) == 1:
                    raise
                chosen = chosen[: len(chosen) // 2]
                continue
            self._learn(len(chosen), units)
            return len(chosen), units

    def fitting(self, items: Sequence[T]) -> Sequence[T]:
        """The first of `items`, as many as one transaction can hold."""
        chosen = items[: self.most]
        while len(chosen) > max(1, self._known_to_fit) and self._bytes(chosen) > MAX_TRANSACTION_BYTES:
            chosen = chosen[:-1]
            self.most = len(chosen)
        self._known_to_fit = max(self._known_to_fit, len(chosen))
        return chosen

    def _bytes(self, items: Sequence[T]) -> int:
        price = self.price
        message = message_of(self.build(items), self.payer, Hash.default(), units=MAX_COMPUTE_UNITS, price=price)
        return len(unsigned(message))

    def _take(self) -> Batch[T] | None:
        if self._again:
            return self._again.pop()
        first = list(islice(self._left, self.most))
        if not first:
            return None
        chosen = self.fitting(first)
        if len(chosen) < len(first):
            self._left = chain(first[len(chosen) :], self._left)
        return Batch(chosen)

    async def _send(self, batch: Batch[T]) -> None:
        instructions = self.build(batch.items)
        try:
            units, simulated = await self._units(batch, instructions)
        except TransactionRefused as refusal:
            await self._narrow(batch, refusal)
            return

        self.transactions += 1
        if self.rehearsal:
            self._count(batch)
            return

        def sign(blockhash: Hash) -> VersionedTransaction:
            return signed(message_of(instructions, self.payer, blockhash, units=units, price=self.price), [self.payer])

        sent = await self._flight.send(sign)
        if sent is None:
            self._try_again(batch)
        elif sent.status.error is None:
            self._count(batch)
        elif not simulated:
            self._again.append(replace(batch, suspect=True))
        else:
            signature = sent.transaction.signatures[0]
            message = message_of(instructions, self.payer, self._flight.blockhash, units=units, price=self.price)
            logs = await logs_of(self.rpc, signature)
            await self._narrow(batch, refused(sent.status.error, logs, message, signature))

    async def _units(self, batch: Batch[T], instructions: Sequence[Instruction]) -> tuple[int, bool]:
        """Compute units to ask for, and whether this very batch was simulated for them. Raises TransactionRefused."""
        if batch.suspect or self.rehearsal:
            return await self._simulated(batch, instructions), True
        # One at a time: those that wait for the first one need no simulation of their own.
        async with self._measuring:
            items, units = self._measured
            if len(batch.items) <= items:
                return units_to_ask(units), False
            return await self._simulated(batch, instructions), True

    async def _simulated(self, batch: Batch[T], instructions: Sequence[Instruction]) -> int:
        taken = await simulate(self.rpc, instructions, self.payer, price=self.price)
        self._learn(len(batch.items), taken)
        return units_to_ask(taken)

    def _learn(self, count: int, units: int) -> None:
        self._measured = max(self._measured, (count, units))
        if units_to_ask(units) >= MAX_COMPUTE_UNITS:
            # No room for what varies from one account to the next.
            self.most = min(self.most, max(1, count * 5 // 6))

    def _count(self, batch: Batch[T]) -> None:
        self.done += len(batch.items)
        self.progress(self.done)

    def _try_again(self, batch: Batch[T]) -> None:
        if batch.attempts + 1 >= MAX_ATTEMPTS:
            raise TransactionExpired(
                f"A transaction was not in any block after {MAX_ATTEMPTS} attempts; what has landed stays. Run the "
                "same command again, or name another node with --url."
            )
        self._again.append(replace(batch, attempts=batch.attempts + 1))

    async def _narrow(self, batch: Batch[T], refusal: TransactionRefused) -> None:
        if refusal.rejection.name in ABOUT_ALL:
            raise refusal
        if len(batch.items) > 1:
            half = len(batch.items) // 2
            if refusal.rejection.name in TOO_MANY and not batch.halved:
                self.most = min(self.most, half)
            parts = (batch.items[half:], batch.items[:half])
            self._again += [Batch(part, suspect=True, halved=True) for part in parts]
            return
        if await self.settled(batch.items[0]):
            self.gone += 1
            return
        self.refused.append((batch.items[0], refusal))
        if len(self.refused) >= MAX_REFUSED:
            raise Refused(
                f"{MAX_REFUSED} accounts were refused, the last one, {batch.items[0]}, because: {refusal} The rest was "
                "not tried."
            )
