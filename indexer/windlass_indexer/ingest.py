"""The one path from transactions to rows: live, catching up, repairing and backfilling all end here."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from windlass_indexer.chain import Chain
from windlass_indexer.errors import RpcRefused, TransactionMalformed
from windlass_indexer.event import Event, FollowedProgram
from windlass_indexer.retries import is_retryable
from windlass_indexer.store import Committed, Cursor, Store
from windlass_indexer.transaction import Transaction

_log = logging.getLogger(__name__)

Answer = Any  # a getTransaction result; None or a RpcRefused where there is none

# Where a slot has this many of the program's transactions, its block is fetched once instead.
DENSE = 8


@dataclass(slots=True)
class Ingested:
    """What came of some transactions: `missing` the node does not have yet, `read` has the others with their slots.

    `unreadable` of those read could not be understood, which has been logged.
    """

    missing: set[str] = field(default_factory=set)
    read: dict[str, int] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    committed: Committed = field(default_factory=Committed)


class Ingest:
    """One program's transactions into the store. `confirmed_slot()` gives the newest confirmed slot known."""

    def __init__(self, program: FollowedProgram, chain: Chain, store: Store, confirmed_slot: Callable[[], int]) -> None:
        self.program = program
        self._chain = chain
        self._store = store
        self._confirmed_slot = confirmed_slot
        self.blocks = 0  # fetched whole so far

    def of(self, node: Chain) -> "Ingest":
        """The same, read from another node."""
        return Ingest(self.program, node, self._store, self._confirmed_slot)

    async def fetch(self, places: Mapping[str, int], cursor: Cursor | None = None) -> Ingested:
        """Fetch these transactions, each with the slot that it is said to be in, and `keep` them."""
        return await self.keep(list(places), await self.answers(places), cursor)

    async def answers(self, places: Mapping[str, int]) -> list[Answer]:
        """As `Chain.transactions`, in the same order: dense slots by their blocks, the others one by one (in JSON
        arrays), and so does what is not in the block that it is said to be in.
        """
        found: dict[str, Answer] = {}
        for slot, count in Counter(places.values()).items():
            if count >= DENSE:
                found |= await self._block(slot)
        others = [signature for signature in places if signature not in found]
        found |= zip(others, await self._chain.transactions(others), strict=True)
        return [found[signature] for signature in places]

    async def _block(self, slot: int) -> dict[str, Answer]:
        try:
            block = await self._chain.block(slot)
        except RpcRefused as refused:
            _log.info("slot %d comes transaction by transaction: %s", slot, refused)
            return {}
        self.blocks += 1
        return block

    async def keep(
        self, signatures: Sequence[str], answers: Sequence[Answer], cursor: Cursor | None = None
    ) -> Ingested:
        """Commit the events of these transactions; `cursor` moves in the same commit, if none is missing."""
        done = self.read(signatures, answers)
        if done.events or cursor:
            done.committed = await self.commit(done.events, None if done.missing else cursor)
        return done

    def read(self, signatures: Sequence[str], answers: Sequence[Answer]) -> Ingested:
        """The events of these transactions, nothing of which is committed yet."""
        done = Ingested()
        for signature, answer in zip(signatures, answers, strict=True):
            if is_missing(answer):
                done.missing.add(signature)
                continue
            done.read[signature] = self._confirmed_slot()
            try:
                if isinstance(answer, RpcRefused):
                    raise answer
                transaction = Transaction.parse(answer)
                done.read[signature] = transaction.slot
                done.events += self.program.events(transaction)
            except (RpcRefused, TransactionMalformed) as error:
                # It stops nothing. If one of our events was in it, its stream shows a gap.
                _log.error("%s cannot be read: %s", signature, error)
                done.unreadable.add(signature)
        return done

    async def commit(self, events: Sequence[Event], cursor: Cursor | None = None) -> Committed:
        """Commit what was read."""
        return await self._store.commit(self.program.address, events, cursor)


def is_missing(answer: Answer) -> bool:
    """Whether the node does not have the transaction yet."""
    return answer is None or (isinstance(answer, RpcRefused) and is_retryable(answer))
