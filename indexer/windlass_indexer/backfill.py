"""Reads a range of slots once more, whatever the cursors say: what is there already does not change."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from windlass_indexer.chain import Chain, ListedSignature
from windlass_indexer.errors import BackfillIncomplete, RpcRefused, SettingsError
from windlass_indexer.event import FollowedProgram
from windlass_indexer.ingest import Ingest, Ingested
from windlass_indexer.retries import persistently
from windlass_indexer.store import Store

_log = logging.getLogger(__name__)

# As many transactions as one request takes, and one commit.
_CHUNK = 200
# Where a slot has this many of the program's transactions, its block is fetched once instead.
_DENSE = 8
# A transaction that the node lists and does not give is asked for again after these pauses (seconds).
_NULL_PAUSES = (0.1, 0.4, 1.6, 5.0)

Progress = Callable[[int, int], None]  # transactions read, transactions to read


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What a backfill read; `blocks` were fetched whole, `gaps` streams wait for events before the range."""

    transactions: int
    events: int
    blocks: int
    unreadable: int
    gaps: int

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


class Backfill:
    """Of the slots `first` to `last`, both included."""

    def __init__(
        self, programs: Sequence[FollowedProgram], chain: Chain, store: Store, first: int, last: int, told: Progress
    ) -> None:
        self._programs = programs
        self._chain = chain
        self._store = store
        self._first = first
        self._last = last
        self._told = told
        self._blocks = 0

    async def run(self) -> Backfilled:
        """Raises SettingsError where the chain is not that far, BackfillIncomplete where the node does not have all."""
        tip = (await self._chain.time()).confirmed_slot
        if self._last > tip:
            raise SettingsError(f"--to is slot {self._last}, and the chain is at slot {tip}")
        listed = {program.address: await self._list(program.address) for program in self._programs}
        total = sum(map(len, listed.values()))
        done: list[Ingested] = []
        gaps: set[str] = set()
        for program in self._programs:
            ingest = Ingest(program, self._chain, self._store, lambda: tip)
            for portion in _portions(listed[program.address]):
                ingested: Ingested = await persistently(f"backfilling {program.idl.name}")(self._read, ingest, portion)
                done.append(ingested)
                gaps = gaps - ingested.committed.whole | ingested.committed.gaps.keys()
                self._told(sum(len(part.read) for part in done), total)
        await self._refuse_a_pruned_range()
        return Backfilled(
            transactions=sum(len(part.read) for part in done),
            events=sum(part.events for part in done),
            blocks=self._blocks,
            unreadable=sum(len(part.unreadable) for part in done),
            gaps=len(gaps),
        )

    async def _list(self, program: str) -> list[ListedSignature]:
        """The program's successful transactions in the range, oldest first."""
        before = await self._chain.signature_after(self._last)
        listed: list[ListedSignature] = []
        async for page in self._chain.history(program, until=None, before=before):
            listed += [item for item in page if self._first <= item.slot <= self._last and not item.failed]
            if page[-1].slot < self._first:
                break
        return listed[::-1]

    async def _read(self, ingest: Ingest, portion: Sequence[ListedSignature]) -> Ingested:
        signatures = [item.signature for item in portion]
        for pause in (0.0, *_NULL_PAUSES):
            await asyncio.sleep(pause)
            if len(portion) >= _DENSE and portion[0].slot == portion[-1].slot:
                done = await ingest.keep(signatures, await self._from_block(portion[0].slot, signatures))
            else:
                done = await ingest.fetch(signatures)
            if not done.missing:
                return done
        some = ", ".join(sorted(done.missing)[:3])
        raise BackfillIncomplete(
            f"the node lists {len(done.missing)} transactions of {ingest.program.idl.name} in slots {portion[0].slot} "
            f"to {portion[-1].slot} that it does not give: {some}; try again, or ask another node"
        )

    async def _from_block(self, slot: int, signatures: Sequence[str]) -> list[Any]:
        """As `Chain.transactions`, which takes over where the block is not to be had."""
        try:
            block = await self._chain.block(slot)
        except RpcRefused as refused:
            _log.info("slot %d comes transaction by transaction: %s", slot, refused)
            return await self._chain.transactions(signatures)
        self._blocks += 1
        return [block.get(signature) for signature in signatures]

    async def _refuse_a_pruned_range(self) -> None:
        available = await self._chain.first_available_slot()
        if available > self._first:
            raise BackfillIncomplete(
                f"the node has nothing before slot {available}: what it has is read; for slots {self._first} to "
                f"{min(available - 1, self._last)} ask a node that keeps them"
            )


def _portions(listed: Sequence[ListedSignature]) -> Iterator[Sequence[ListedSignature]]:
    """Dense slots by themselves, the others together up to a chunk; in order."""
    sparse: list[ListedSignature] = []
    for _, group in groupby(listed, key=lambda item: item.slot):
        items = list(group)
        if sparse and (len(items) >= _DENSE or len(sparse) + len(items) > _CHUNK):
            yield sparse
            sparse = []
        if len(items) >= _DENSE:
            yield items
        else:
            sparse += items
    if sparse:
        yield sparse
