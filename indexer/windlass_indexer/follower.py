"""Reads one program's transactions. Live, catch-up and repair are one path: signatures in, events committed."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from math import inf
from time import monotonic

from windlass_indexer.chain import Chain, ChainTime, ListedSignature, is_unknown_signature
from windlass_indexer.errors import RpcError, RpcRefused
from windlass_indexer.event import FollowedProgram
from windlass_indexer.forks import Forks, Replaced
from windlass_indexer.ingest import Ingest, Ingested
from windlass_indexer.retries import persistently
from windlass_indexer.store import Committed, Cursor, Store

_log = logging.getLogger(__name__)

# As many transactions as one request takes, and one commit; in dense slots more of both.
_CHUNK = 200
_CHUNK_AT_MOST = 2_000
# A node may list a transaction late, so every sweep begins this many slots before the last one's end.
_OVERLAP_SLOTS = 32
# How soon after a wake-up, and how often without one, the history is swept.
_SWEEP_AFTER_WAKEUP_SECONDS = 0.5
_SWEEP_SECONDS = 2.0
# After so many sweeps in a row that stopped at a null, people are told.
_SWEEPS_TO_WARN = 10
# A repair that did not help is tried again after this, and then less and less often.
_REPAIR_SECONDS = 5.0
_REPAIR_AT_MOST_SECONDS = 60.0
# A node that told of a transaction may still answer null for it: asked again after these pauses (seconds), then
# left to the sweeps.
_NULL_PAUSES = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64)


class Follower:
    """Follows one program into the store.

    `on_folded(streams)` is called with the streams that changed, after each commit. `time()` gives the chain's time as
    last told.
    """

    def __init__(
        self,
        program: FollowedProgram,
        chain: Chain,
        store: Store,
        time: Callable[[], ChainTime],
        on_folded: Callable[[set[str]], None],
    ) -> None:
        self.program = program
        self._chain = chain
        self._store = store
        self._transactions = Ingest(program, chain, store, lambda: time().confirmed_slot)
        self._forks = Forks(chain, store, self._transactions)
        self._time = time
        self._on_folded = on_folded
        self._awake = asyncio.Event()
        # Signatures to fetch now, with the slot told and how often the node had them not yet.
        self._told: dict[str, tuple[int, int]] = {}
        self._repairs: set[str] = set()
        # When a stream's repair was last asked for, and for how long it is not asked for again.
        self._repaired: dict[str, tuple[float, float]] = {}
        self._gaps: set[str] = set()  # streams that wait for an event that a sweep may bring
        self._read: dict[str, int] = {}  # signatures read since the anchor, with their slots
        self._anchor: str | None = None
        self._next_sweep = 0.0
        self._catching_up = True
        self._incomplete_sweeps = 0

    def tell(self, signature: str, slot: int, attempt: int = 0) -> None:
        """There may be something in this transaction, which is said to be in this slot: it is fetched at once."""
        if signature not in self._read:
            self._told.setdefault(signature, (slot, attempt))
            self._awake.set()

    def repair(self, stream: str) -> None:
        """This stream lacks an event that neither wake-ups nor sweeps brought, or is not as its account says."""
        if self._catching_up:
            return  # the sweep may still bring it; whoever asks will ask again
        asked, pause = self._repaired.get(stream, (-inf, 0.0))
        if (since := monotonic() - asked) < pause:
            return
        # After a longer calm it is another matter, and begins anew.
        pause = _REPAIR_SECONDS if since > 4 * pause else min(2 * pause, _REPAIR_AT_MOST_SECONDS)
        self._repaired[stream] = monotonic(), pause
        self._repairs.add(stream)
        self._awake.set()

    def sweep_soon(self) -> None:
        """Read what may not have been told."""
        self._next_sweep = 0.0
        self._awake.set()

    async def run(self) -> None:
        """Follow for ever."""
        await persistently("reading the cursor")(self._resume)
        while True:
            await persistently(f"following {self.program.idl.name}")(self._step)

    async def _resume(self) -> None:
        cursor = await self._store.cursor(self.program.address)
        self._anchor = cursor.signature if cursor else None

    async def _step(self) -> None:
        overdue = monotonic() - self._next_sweep
        # What was told goes first, but a steady stream of it must not keep the sweeps waiting.
        if self._told and overdue < _SWEEP_SECONDS:
            await self._read_told()
        elif overdue >= 0:
            await self._sweep()
        elif self._repairs:
            await self._repair(min(self._repairs))
        else:
            self._awake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(-overdue):
                    await self._awake.wait()

    async def _read_told(self) -> None:
        told = dict(islice(self._told.items(), _CHUNK_AT_MOST))
        missing = await self._ingest({signature: slot for signature, (slot, _) in told.items()})
        for signature, (slot, attempt) in told.items():
            self._told.pop(signature, None)
            if signature in missing and attempt < len(_NULL_PAUSES):
                asyncio.get_running_loop().call_later(_NULL_PAUSES[attempt], self.tell, signature, slot, attempt + 1)
        self._next_sweep = min(self._next_sweep, monotonic() + _SWEEP_AFTER_WAKEUP_SECONDS)

    async def _sweep(self) -> None:
        """Read everything since the anchor that has not been read, oldest first, and move the anchor and cursor."""
        started = monotonic()
        waiting = set(self._gaps)
        time = self._time()
        tip = time.confirmed_slot
        # What no fork reaches any more, and no node lists any later.
        settled = min(time.finalized_slot, tip - _OVERLAP_SLOTS)
        unsettled = await self._forks.unsettled()
        # A node that has not come to `tip` would leave out what the cursor then says was read.
        listed = await self._history(self._chain, self.program.address, self._anchor, at_least=tip)
        self._take_over(await self._forks.compare(unsettled, listed))
        unread = [item for item in listed if not item.failed and item.signature not in self._read]
        if len(unread) > _CHUNK:
            self._catching_up = True
            _log.info("%s: %d transactions to catch up", self.program.idl.name, len(unread))
        for chunk in _chunks(unread):
            cursor = Cursor(min(chunk[-1].slot - 1, tip), _newest_at(chunk, settled), settled)
            if missing := await self._ingest(_places(chunk), cursor):
                # The cursor must not pass what the node lists and does not give yet.
                self._next_sweep = started + _SWEEP_AFTER_WAKEUP_SECONDS
                self._tell_stuck(missing)
                return
            self._move_anchor(cursor.signature, settled)
        self._move_anchor(_newest_at(listed, settled), settled)
        await self._store.commit(self.program.address, [], Cursor(tip, self._anchor, settled))
        self._incomplete_sweeps = 0
        if self._catching_up:
            self._catching_up = False
            _log.info("%s: caught up to slot %d", self.program.idl.name, tip)
        # A gap that was there before this sweep and still is will not close by waiting.
        for stream in waiting & self._gaps:
            self.repair(stream)
        self._next_sweep = started + _SWEEP_SECONDS

    async def _repair(self, stream: str) -> None:
        """Read again what is not proven of the stream, then its account's own history from the last event folded."""
        self._repairs.discard(stream)
        self._take_over(await self._forks.doubt(stream))
        if await self._read_stream(self._transactions, self._chain, stream):
            return
        for node in self._chain.nodes[1:]:
            # It may have what the first one has not (any more): the first one's account will tell whether it is true.
            try:
                if await self._read_stream(self._transactions.of(node), node, stream):
                    return
            except RpcError as error:
                _log.warning("stream %s could not be repaired from %s: %s", stream, node.shown, error)
        await self._tell_pruned(stream)

    async def _tell_pruned(self, stream: str) -> None:
        """What nobody has any more stays missing: people are told which stream it is of, and from where on."""
        seq, slot = await self._store.folded(stream)
        available = await self._chain.first_available_slot()
        if stream in self._gaps and slot < available:
            _log.error("stream %s: events after %d are not to be had before slot %d", stream, seq, available)
            await self._store.mark(
                stream,
                f"the events after {seq} are missing and the node has nothing before slot {available}: "
                "name one that keeps them with --more-rpc",
            )

    async def _read_stream(self, transactions: Ingest, chain: Chain, stream: str) -> bool:
        """Whether that brought it forward."""
        last = await self._store.last_signature(stream)
        listed = await self._history(chain, stream, last)
        _log.info("repairing stream %s: %d transactions of its own", stream, len(listed))
        for chunk in _chunks([item for item in listed if not item.failed]):
            self._take(await transactions.fetch(_places(chunk)))
        return await self._store.last_signature(stream) != last

    async def _ingest(self, places: Mapping[str, int], cursor: Cursor | None = None) -> set[str]:
        """Fetch these transactions and commit their events; gives those that the node does not have yet.

        `cursor` moves with them, in the same commit, if none is missing.
        """
        return self._take(await self._transactions.fetch(places, cursor))

    def _take(self, done: Ingested) -> set[str]:
        self._hear(done.committed)
        # One of the two is on a fork that lost: which, a sweep will see.
        self._read |= {s: slot for s, slot in done.read.items() if s not in done.committed.rivals}
        return done.missing

    def _take_over(self, replaced: Replaced) -> None:
        """What was read of a fork that lost is read again wherever it turns up."""
        self._hear(replaced.committed)
        for signature in replaced.signatures:
            self._read.pop(signature, None)

    def _hear(self, committed: Committed) -> None:
        self._gaps = self._gaps - committed.whole | committed.gaps.keys()
        if committed.folded:
            self._on_folded(committed.folded)

    def _tell_stuck(self, missing: set[str]) -> None:
        self._incomplete_sweeps += 1
        if self._incomplete_sweeps % _SWEEPS_TO_WARN == 0:
            some = ", ".join(sorted(missing)[:3])
            _log.warning("the node lists %d transactions that it does not give: %s, ...", len(missing), some)

    def _move_anchor(self, anchor: str | None, settled: int) -> None:
        if anchor is not None:
            self._anchor = anchor
            self._read = {s: slot for s, slot in self._read.items() if slot > settled}

    async def _history(self, chain: Chain, address: str, until: str | None, at_least: int = 0) -> list[ListedSignature]:
        """The address' transactions after `until`, oldest first."""
        try:
            pages = [page async for page in chain.history(address, until, at_least=at_least)]
        except RpcRefused as refused:
            if until is None or not is_unknown_signature(refused):
                raise
            # A node that was started anew on another ledger does not know it either.
            await self._store.claim_chain(await chain.genesis_hash())
            _log.warning("the node does not know %s (any more): reading all of %s", until, address)
            pages = [page async for page in chain.history(address, None, at_least=at_least)]
        return [item for page in reversed(pages) for item in reversed(page)]


def _newest_at(listed: Sequence[ListedSignature], slot: int) -> str | None:
    """The newest signature at or before the slot."""
    return next((item.signature for item in reversed(listed) if item.slot <= slot), None)


def _places(items: Sequence[ListedSignature]) -> dict[str, int]:
    return {item.signature: item.slot for item in items}


def _chunks(items: Sequence[ListedSignature]) -> Iterator[Sequence[ListedSignature]]:
    """In order, and cut between slots where it can be: a dense slot's block is fetched once."""
    chunk: list[ListedSignature] = []
    for item in items:
        at_an_edge = chunk and item.slot != chunk[-1].slot
        if len(chunk) >= _CHUNK_AT_MOST or (len(chunk) >= _CHUNK and at_an_edge):
            yield chunk
            chunk = []
        chunk.append(item)
    if chunk:
        yield chunk
