"""The one writer of the tables: events, folds, cursor and notifications go in together or not at all."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

from windlass_indexer import queries
from windlass_indexer.chain import ChainTime
from windlass_indexer.errors import ChainMismatch
from windlass_indexer.event import Event, FollowedProgram
from windlass_indexer.folds import registry
from windlass_indexer.leadership import OPEN, Fence
from windlass_indexer.streams import StoredEvent, Stream, collect, waves

_SQL = queries.load("store.sql")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a program has been read: everything at or before `slot`; the next reading begins after `signature`."""

    slot: int
    signature: str | None


@dataclass(slots=True)
class Committed:
    """What a commit came to for the streams it touched.

    `folded` have moved on; of all touched, `whole` lack nothing and `gaps` wait for the number that is missing.
    """

    folded: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    gaps: dict[str, int] = field(default_factory=dict)


class Store:
    """Keeps events and folds them. Any number of callers may commit at once, in any order, with duplicates."""

    def __init__(self, pool: asyncpg.Pool, programs: Iterable[FollowedProgram], fence: Fence = OPEN) -> None:
        self._pool = pool
        self._fence = fence
        self._idl_names = {program.address: program.idl.name for program in programs}
        self._folds = registry()

    async def claim_chain(self, genesis_hash: str) -> None:
        """Be about this chain, for good. Raises ChainMismatch where the tables are about another one."""
        held = await self._pool.fetchval(_SQL["claim_chain"], genesis_hash)
        if held != genesis_hash:
            raise ChainMismatch(
                f"the database holds the chain with genesis {held}, and the RPC serves the one with {genesis_hash}.\n"
                "Name another database with --database or DATABASE_URL, or drop and make this one again."
            )

    async def cursor(self, program: str) -> Cursor | None:
        """Where the reading of `program` stands; None before the first."""
        row = await self._pool.fetchrow(_SQL["cursor"], program)
        return Cursor(row["slot"], row["signature"]) if row else None

    async def last_signature(self, stream: str) -> str | None:
        """The transaction of the newest event that `stream` has folded."""
        signature: str | None = await self._pool.fetchval(_SQL["last_signature"], stream)
        return signature

    async def tell_time(self, programs: Sequence[str], time: ChainTime) -> None:
        """Record what the node says of the chain, and tell the readers if it is news."""
        status = orjson.dumps({"kind": "status", "slot": time.confirmed_slot}).decode()
        async with self._fence.transaction(self._pool) as connection:
            # Losing the last moments of this in a crash loses nothing: the node says it again.
            await connection.execute("SET LOCAL synchronous_commit = off")
            done = await connection.execute(
                _SQL["tell_time"], programs, time.confirmed_slot, time.finalized_slot, time.unix_timestamp
            )
            if done != "INSERT 0 0":
                await connection.execute(_SQL["notify"], [status])

    async def commit(self, program: str, events: Sequence[Event], cursor: Cursor | None = None) -> Committed:
        """Keep `events` (of `program`), fold every stream they touch and move the cursor, in one transaction.

        Raises LeadershipLost, and has then written nothing; so does `tell_time`.
        """
        committed = Committed()
        async with self._fence.transaction(self._pool) as connection:
            if events:
                await connection.execute(_SQL["insert_events"], *_columns(events))
                await self._fold(connection, program, events, committed)
            if cursor is not None:
                await connection.execute(_SQL["move_cursor"], program, cursor.slot, cursor.signature)
        return committed

    async def _fold(
        self, connection: asyncpg.Connection, program: str, events: Sequence[Event], committed: Committed
    ) -> None:
        addresses = sorted({event.stream for event in events if event.stream is not None})
        if not addresses:
            return
        await connection.execute(_SQL["add_streams"], addresses, [program] * len(addresses))
        states = await connection.fetch(_SQL["lock_streams"], addresses)
        unfolded = await connection.fetch(_SQL["unfolded_events"], addresses)
        streams = collect((Stream(*state) for state in states), (StoredEvent(*row) for row in unfolded))
        ready = [stream for stream in streams.values() if stream.ready]
        failures = await self._fold_apart(connection, ready)
        failures |= await self._rivals(connection, events)
        if failures:
            await connection.execute(_SQL["mark_streams"], list(failures), list(failures.values()))
        committed.folded.update(stream.address for stream in ready if stream.address not in failures)
        committed.gaps.update((s.address, s.gap) for s in streams.values() if s.gap is not None)
        committed.whole.update(streams.keys() - committed.gaps.keys())

    async def _fold_apart(self, connection: asyncpg.Connection, streams: Sequence[Stream]) -> dict[str, str]:
        """Fold all streams at once; if that fails, halves apart, so that only the streams at fault stay behind.

        Gives what is wrong by stream.
        """
        if not streams:
            return {}
        try:
            async with connection.transaction():
                await self._fold_together(connection, streams)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
            if len(streams) > 1:
                middle = len(streams) // 2
                first = await self._fold_apart(connection, streams[:middle])
                return first | await self._fold_apart(connection, streams[middle:])
            (stream,) = streams
            names = ", ".join(f"{event.seq} {event.name}" for event in stream.ready[:5])
            _log.error("stream %s stays at %d: folding %s failed: %s", stream.address, stream.seq, names, error)
            return {stream.address: f"the events after {stream.seq} ({names}) could not be folded: {error}"}
        return {}

    async def _fold_together(self, connection: asyncpg.Connection, streams: Sequence[Stream]) -> None:
        changed: dict[tuple[str, str], asyncpg.Record] = {}
        for statement, step in waves((stream.ready for stream in streams), self._statement):
            for row in await connection.fetch(statement, [event.id for event in step]):
                changed[row["kind"], row["key"]] = row
        await connection.execute(_SQL["advance_streams"], *zip(*(stream.advanced() for stream in streams), strict=True))
        if changed:
            await connection.execute(_SQL["notify"], [_payload(row) for row in changed.values()])

    def _statement(self, event: StoredEvent) -> str | None:
        statement = self._folds.get((self._idl_names.get(event.program, ""), event.name or ""))
        if statement is None:
            _log.warning("%s %d: no table knows the event %s", event.stream, event.seq, event.name)
        return statement

    async def _rivals(self, connection: asyncpg.Connection, events: Iterable[Event]) -> dict[str, str]:
        in_streams = [event for event in events if event.stream is not None]
        rows = await connection.fetch(
            _SQL["rival_events"],
            [event.stream for event in in_streams],
            [event.seq for event in in_streams],
            [event.signature for event in in_streams],
            [_path(event) for event in in_streams],
        )
        for row in rows:
            _log.error("stream %s: event %d is in two places", row["stream"], row["seq"])
        return {
            row["stream"]: f"event {row['seq']} is in {row['stored_signature']} and in {row['signature']}"
            for row in rows
        }


def _payload(row: asyncpg.Record) -> str:
    return orjson.dumps({key: value for key, value in row.items() if value is not None}).decode()


def _columns(events: Sequence[Event]) -> tuple[list[Any], ...]:
    return (
        [event.slot for event in events],
        [event.transaction_index for event in events],
        [event.signature for event in events],
        [_path(event) for event in events],
        [event.program for event in events],
        [event.name for event in events],
        [event.stream for event in events],
        [event.seq for event in events],
        [event.block_time for event in events],
        [event.raw for event in events],
        [_json_text(event) for event in events],
    )


def _path(event: Event) -> str:
    # As text: PostgreSQL's arrays of arrays must all be of one length.
    return "{" + ",".join(map(str, event.path)) + "}"


def _json_text(event: Event) -> str:
    text = orjson.dumps(event.data).decode()
    # jsonb cannot hold the character NUL; the event's bytes are kept in any case.
    return text if "\\u0000" not in text else orjson.dumps({"raw": event.raw.hex()}).decode()
