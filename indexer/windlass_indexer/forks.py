"""Takes back what was read of a fork that lost.

Confirmed transactions may still end up in another slot, with another outcome, or nowhere. What is kept of blocks that
are not finalized is compared with what the node lists now; where the two differ, the transaction is read again and
what it says now takes the place of what it said.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from windlass_indexer.chain import Chain, ListedSignature
from windlass_indexer.event import Event
from windlass_indexer.ingest import Ingest
from windlass_indexer.store import Committed, Place, Standing, Store

_log = logging.getLogger(__name__)

# As many transactions as one request takes.
_CHUNK = 200


@dataclass(slots=True)
class Replaced:
    """Transactions that were taken back, each with what it says now in its place, and what that came to."""

    signatures: set[str] = field(default_factory=set)
    committed: Committed = field(default_factory=Committed)


class Forks:
    """Of one program."""

    def __init__(self, chain: Chain, store: Store, ingest: Ingest) -> None:
        self._chain = chain
        self._store = store
        self._ingest = ingest
        self._program = ingest.program.address

    async def unsettled(self) -> dict[str, Place]:
        """What is to be compared with a list that is asked for after this: transactions and their places."""
        return await self._store.unsettled(self._program)

    async def compare(self, unsettled: Mapping[str, Place], listed: Sequence[ListedSignature]) -> Replaced:
        """Replace what the node lists no more, lists in another place, or as failed."""
        places = {item.signature: (item.slot, item.transaction_index) for item in listed if not item.failed}
        return await self._read_again({s: place for s, place in unsettled.items() if _moved(place, places.get(s))})

    async def doubt(self, stream: str) -> Replaced:
        """Replace what of this stream is not what the node says now."""
        return await self._read_again(await self._store.unproven(stream))

    async def _read_again(self, suspects: Mapping[str, Place]) -> Replaced:
        other: set[str] = set()
        events: list[Event] = []
        signatures = list(suspects)
        for start in range(0, len(signatures), _CHUNK):
            chunk = signatures[start : start + _CHUNK]
            done = self._ingest.read(chunk, await self._chain.transactions(chunk))
            gone = await self._chain.not_in_block({s: suspects[s][0] for s in done.missing})
            now: dict[str, set[Standing]] = {s: set() for s in gone | done.read.keys() - done.unreadable}
            for event in done.events:
                now[event.signature].add(((event.slot, event.transaction_index), event.path, event.raw))
            was = await self._store.events_of(self._program, list(now))
            other |= {signature for signature in now if not _same(now[signature], was[signature])}
            events += [event for event in done.events if event.signature in other]
        if not other:
            return Replaced()
        _log.warning("a fork lost: %d transactions are taken back or stand elsewhere", len(other))
        return Replaced(other, await self._store.replace(self._program, sorted(other), events))


def _same(now: set[Standing], was: set[Standing]) -> bool:
    """Whether events stand where they stood and say what they said; not every answer tells the index."""
    if None in {index for (_, index), *_ in now | was}:
        return {(slot, *rest) for (slot, _), *rest in now} == {(slot, *rest) for (slot, _), *rest in was}
    return now == was


def _moved(was: Place, now: Place | None) -> bool:
    """Whether a transaction is in another place than it was; not every node tells the index."""
    return now is None or was[0] != now[0] or (None not in (was[1], now[1]) and was[1] != now[1])
