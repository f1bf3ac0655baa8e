"""Reads a range of slots once more, whatever the cursors say: what is there already does not change."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import groupby, islice
from typing import Any

from windlass_indexer.chain import Chain, ListedSignature
from windlass_indexer.errors import BackfillIncomplete, SettingsError
from windlass_indexer.event import FollowedProgram
from windlass_indexer.ingest import DENSE, Ingest, Ingested
from windlass_indexer.retries import persistently
from windlass_indexer.store import Committed, Store

_log = logging.getLogger(__name__)

# As many transactions as one request takes, and as many requests as are under way at once.
_CHUNK = 200
_REQUESTS_AT_ONCE = 4
# As many transactions, or a block's more, go into one commit.
_COMMIT = 5_000
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


@dataclass(slots=True)
class _Done:
    transactions: int = 0
    events: int = 0
    blocks: int = 0
    unreadable: int = 0
    gaps: set[str] = field(default_factory=set)

    def read(self, part: Ingested) -> None:
        self.transactions += len(part.read)
        self.events += len(part.events)
        self.unreadable += len(part.unreadable)

    def commit(self, part: Committed) -> None:
        self.gaps = self.gaps - part.whole | part.gaps.keys()


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
        self._done = _Done()

    async def run(self) -> Backfilled:
        """Raises SettingsError where the chain is not that far, BackfillIncomplete where the node does not have all."""
        tip = (await self._chain.time()).confirmed_slot
        if self._last > tip:
            raise SettingsError(f"--to is slot {self._last}, and the chain is at slot {tip}")
        listed = {program.address: await self._list(program.address) for program in self._programs}
        total = sum(map(len, listed.values()))
        for program in self._programs:
            ingest = Ingest(program, self._chain, self._store, lambda: tip)
            try:
                await self._read(ingest, _portions(listed[program.address]), total)
            except BaseExceptionGroup as failures:
                raise failures.exceptions[0] from None
            self._done.blocks += ingest.blocks
        await self._refuse_a_pruned_range()
        done = self._done
        return Backfilled(done.transactions, done.events, done.blocks, done.unreadable, len(done.gaps))

    async def _read(self, ingest: Ingest, portions: Iterator[Sequence[ListedSignature]], total: int) -> None:
        """While some of it is being committed, what comes next is fetched and decoded."""
        commit = persistently(f"backfilling {ingest.program.idl.name}")
        committing: asyncio.Task[Committed] | None = None
        async with asyncio.TaskGroup() as tasks:
            async for read in self._batches(tasks, ingest, portions):
                if committing is not None:
                    self._done.commit(await committing)
                self._done.read(read)
                self._told(self._done.transactions, total)
                committing = tasks.create_task(commit(ingest.commit, read.events))
        if committing is not None:
            self._done.commit(committing.result())

    async def _batches(
        self, tasks: asyncio.TaskGroup, ingest: Ingest, portions: Iterator[Sequence[ListedSignature]]
    ) -> AsyncIterator[Ingested]:
        fetch = partial(persistently(f"fetching {ingest.program.idl.name}"), self._fetch, ingest)
        ahead: deque[asyncio.Task[Ingested]] = deque()
        ahead.extend(tasks.create_task(fetch(portion)) for portion in islice(portions, _REQUESTS_AT_ONCE))
        batch = Ingested()
        while ahead:
            read = await ahead.popleft()
            ahead.extend(tasks.create_task(fetch(portion)) for portion in islice(portions, 1))
            batch.read |= read.read
            batch.unreadable |= read.unreadable
            batch.events += read.events
            if len(batch.read) >= _COMMIT or not ahead:
                yield batch
                batch = Ingested()

    async def _fetch(self, ingest: Ingest, portion: Sequence[ListedSignature]) -> Ingested:
        """Raises BackfillIncomplete where some transactions do not come."""
        signatures = [item.signature for item in portion]
        for pause in (0.0, *_NULL_PAUSES):
            await asyncio.sleep(pause)
            read = ingest.read(signatures, await ingest.answers({item.signature: item.slot for item in portion}))
            if not read.missing:
                return read
        some = ", ".join(sorted(read.missing)[:3])
        raise BackfillIncomplete(
            f"the node lists {len(read.missing)} transactions of {ingest.program.idl.name} in slots {portion[0].slot} "
            f"to {portion[-1].slot} that it does not give: {some}; try again, or ask another node"
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
        if sparse and (len(items) >= DENSE or len(sparse) + len(items) > _CHUNK):
            yield sparse
            sparse = []
        if len(items) >= DENSE:
            yield items
        else:
            sparse += items
    if sparse:
        yield sparse
