"""Folds stored events into the tables of the read model: live into the serving tables, rebuilding into fresh ones.

Which ones is up to the connection: the statements name tables without a schema, so its search_path decides.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from windlass_indexer import queries, tvl
from windlass_indexer.event import FollowedProgram
from windlass_indexer.folds import VAULT, is_of_governance, registry
from windlass_indexer.streams import StoredEvent, Stream, collect, waves

_SQL = queries.load("folding.sql")
_TIMELINE = queries.load("timeline.sql")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Folded:
    """What folding came to.

    `changed` are the aggregates that the folds wrote, by kind and key; `streams` have moved on; of all that were to
    be folded, `whole` lack nothing and `gaps` wait for the number that is missing; `failures` say what is wrong.
    `governance` are the ids of the events folded that alerts may be about.
    """

    changed: dict[tuple[str, str], asyncpg.Record] = field(default_factory=dict)
    streams: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    gaps: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    governance: list[int] = field(default_factory=list)


class Folding:
    """Each stream in its own order; what cannot be folded stops its own stream and no other."""

    def __init__(self, programs: Iterable[FollowedProgram]) -> None:
        self._idl_names = {program.address: program.idl.name for program in programs}
        self._folds = registry()

    async def fold(
        self,
        connection: asyncpg.Connection,
        owners: Mapping[str, str],
        events: Sequence[StoredEvent] | None = None,
    ) -> Folded:
        """Fold the streams of `owners` (stream to program), within the caller's transaction.

        `events`, in order of stream and number, are what to fold; None: all that is stored and not folded yet.
        """
        folded = Folded()
        if not owners:
            return folded
        addresses = sorted(owners)
        await connection.execute(_SQL["add_streams"], addresses, [owners[address] for address in addresses])
        states = await connection.fetch(_SQL["lock_streams"], addresses)
        if events is None:
            events = [StoredEvent(*row) for row in await connection.fetch(_SQL["unfolded_events"], addresses)]
        streams = collect((Stream(*state) for state in states), events)
        ready = [stream for stream in streams.values() if stream.ready]
        await self._apart(connection, ready, folded)
        folded.gaps.update((s.address, s.gap) for s in streams.values() if s.gap is not None)
        folded.whole.update(streams.keys() - folded.gaps.keys())
        unknown = {stream.address: told for stream in ready if (told := self._unknown(stream))}
        await mark(connection, unknown | folded.failures)
        return folded

    async def _apart(self, connection: asyncpg.Connection, streams: Sequence[Stream], folded: Folded) -> None:
        """Fold all streams at once; if that fails, halves apart, so that only the streams at fault stay behind."""
        if not streams:
            return
        try:
            async with connection.transaction():
                changed = await self._together(connection, streams)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
            if len(streams) > 1:
                middle = len(streams) // 2
                await self._apart(connection, streams[:middle], folded)
                await self._apart(connection, streams[middle:], folded)
                return
            (stream,) = streams
            names = ", ".join(f"{event.seq} {event.name}" for event in stream.ready[:5])
            _log.error("stream %s stays at %d: folding %s failed: %s", stream.address, stream.seq, names, error)
            folded.failures[stream.address] = f"the events after {stream.seq} ({names}) could not be folded: {error}"
            return
        folded.changed |= changed
        folded.streams.update(stream.address for stream in streams)
        folded.governance += self._governance(streams)

    async def _together(
        self, connection: asyncpg.Connection, streams: Sequence[Stream]
    ) -> dict[tuple[str, str], asyncpg.Record]:
        changed: dict[tuple[str, str], asyncpg.Record] = {}
        for statement, step in waves((stream.ready for stream in streams), self._statement):
            for row in await connection.fetch(statement, [event.id for event in step]):
                changed[row["kind"], row["key"]] = row
        if governance := self._governance(streams):
            for statement in _TIMELINE.values():
                await connection.execute(statement, governance)
        for row in await tvl.add(connection, self._vaults(streams)):
            changed[row["kind"], row["key"]] = row
        await connection.execute(_SQL["advance_streams"], *zip(*(stream.advanced() for stream in streams), strict=True))
        return changed

    def _governance(self, streams: Sequence[Stream]) -> list[int]:
        return [
            event.id
            for stream in streams
            for event in stream.ready
            if is_of_governance(self._idl_names.get(event.program, ""), event.name or "")
        ]

    def _vaults(self, streams: Sequence[Stream]) -> list[tvl.Range]:
        return [
            (stream.address, stream.ready[0].seq, stream.ready[-1].seq)
            for stream in streams
            if self._idl_names.get(stream.ready[0].program) == VAULT
        ]

    def _statement(self, event: StoredEvent) -> str | None:
        statement = self._folds.get((self._idl_names.get(event.program, ""), event.name or ""))
        if statement is None:
            _log.warning("%s %d: no table knows the event %s", event.stream, event.seq, event.name)
        return statement

    def _unknown(self, stream: Stream) -> str | None:
        """What to say of a stream whose digest agrees with the chain while the tables may not: this is no failure."""
        for event in stream.ready:
            if (self._idl_names.get(event.program, ""), event.name or "") not in self._folds:
                return (
                    f"event {event.seq} {event.name or '(not in the IDL)'} is known to no table: "
                    "what is shown may be older than the chain"
                )
        return None


async def mark(connection: asyncpg.Connection, disagreements: Mapping[str, str]) -> None:
    """Say of these streams what is wrong with them."""
    if disagreements:
        await connection.execute(_SQL["mark_streams"], list(disagreements), list(disagreements.values()))
