"""The one writer of the tables: events, folds, cursor and notifications go in together or not at all."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

from windlass_indexer import alerts, changes, queries, tvl
from windlass_indexer.chain import ChainTime
from windlass_indexer.errors import ChainMismatch
from windlass_indexer.event import Event, FollowedProgram
from windlass_indexer.folding import Folding, mark
from windlass_indexer.leadership import OPEN, Fence
from windlass_indexer.notifications import notify

_SQL = queries.load("store.sql")
_FORKS = queries.load("forks.sql")
_UNFOLD = queries.load("unfold.sql")
_log = logging.getLogger(__name__)


Place = tuple[int, int | None]
"""Where a transaction stands: slot, and index in its block where the node tells it."""
Standing = tuple[Place, tuple[int, ...], bytes]
"""Where an event stands and what it says: its transaction's place, path, bytes."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a program has been read: everything at or before `slot`; the next reading begins after `signature`.

    No fork takes back what is at or before the slot `settled`.
    """

    slot: int
    signature: str | None
    settled: int = 0


@dataclass(slots=True)
class Committed:
    """What a commit came to for the streams it touched.

    `folded` have moved on; of all touched, `whole` lack nothing and `gaps` wait for the number that is missing.
    `rivals` are transactions whose events claim a place that others have: one of the two is on a fork that lost.
    """

    folded: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    gaps: dict[str, int] = field(default_factory=dict)
    rivals: set[str] = field(default_factory=set)


class Store:
    """Keeps events and folds them. Any number of callers may commit at once, in any order, with duplicates."""

    def __init__(self, pool: asyncpg.Pool, programs: Iterable[FollowedProgram], fence: Fence = OPEN) -> None:
        self._pool = pool
        self._fence = fence
        self._folding = Folding(programs)

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
        return Cursor(row["slot"], row["signature"], row["settled_slot"]) if row else None

    async def last_signature(self, stream: str) -> str | None:
        """The transaction of the newest event that `stream` has folded."""
        signature: str | None = await self._pool.fetchval(_SQL["last_signature"], stream)
        return signature

    async def folded(self, stream: str) -> tuple[int, int]:
        """Number and slot of the newest event that `stream` has folded; zeros before the first."""
        row = await self._pool.fetchrow(_SQL["folded"], stream)
        return (row["seq"], row["slot"]) if row else (0, 0)

    async def mark(self, stream: str, disagreement: str) -> None:
        """Say of the stream what is wrong with it, until it agrees with its account."""
        async with self._fence.transaction(self._pool) as connection:
            await mark(connection, {stream: disagreement})

    async def tell_time(self, programs: Sequence[str], time: ChainTime) -> None:
        """Record what the node says of the chain, and tell the readers if it is news."""
        async with self._fence.transaction(self._pool) as connection:
            # Losing the last moments of this in a crash loses nothing: the node says it again.
            await connection.execute("SET LOCAL synchronous_commit = off")
            done = await connection.execute(
                _SQL["tell_time"], programs, time.confirmed_slot, time.finalized_slot, time.unix_timestamp
            )
            if done != "INSERT 0 0":
                await notify(connection, [{"kind": "status", "slot": time.confirmed_slot}])

    async def commit(self, program: str, events: Sequence[Event], cursor: Cursor | None = None) -> Committed:
        """Keep `events` (of `program`), fold every stream they touch and move the cursor, in one transaction.

        Raises LeadershipLost, and has then written nothing; so does `tell_time`.
        """
        committed = Committed()
        async with self._fence.transaction(self._pool) as connection:
            if events:
                inserted = await connection.execute(_SQL["insert_events"], *columns(events))
                # Where all were new, none stands where another one claims to be.
                rivals = await self._rivals(connection, events) if inserted != f"INSERT 0 {len(events)}" else {}
                await self._fold(connection, program, events, rivals, committed)
            if cursor is not None:
                await connection.execute(_SQL["move_cursor"], program, cursor.slot, cursor.signature, cursor.settled)
        return committed

    async def unsettled(self, program: str) -> dict[str, Place]:
        """The transactions with events that a fork may still take back, with their places."""
        return {
            signature: (slot, index) for signature, slot, index in await self._pool.fetch(_FORKS["unsettled"], program)
        }

    async def unproven(self, stream: str) -> dict[str, Place]:
        """As `unsettled`, of one stream, and those whose events were never verified; the newest 5,000 of all."""
        return {
            signature: (slot, index) for signature, slot, index in await self._pool.fetch(_FORKS["unproven"], stream)
        }

    async def events_of(self, program: str, signatures: Sequence[str]) -> dict[str, set[Standing]]:
        """What is kept of these transactions."""
        kept: dict[str, set[Standing]] = {signature: set() for signature in signatures}
        for signature, slot, index, path, raw in await self._pool.fetch(_FORKS["events_of"], program, signatures):
            kept[signature].add(((slot, index), tuple(path), raw))
        return kept

    async def replace(self, program: str, signatures: Sequence[str], events: Sequence[Event]) -> Committed:
        """Take the events of these transactions back, keep `events` in their place, and fold every stream that either
        touches once more from its beginning: readers see the tables before or after, and nothing in between.

        Raises LeadershipLost, as `commit` does.
        """
        committed = Committed()
        async with self._fence.transaction(self._pool) as connection:
            touched: list[str] = await connection.fetchval(_FORKS["streams_of"], program, signatures)
            related: list[str] = await connection.fetchval(_FORKS["related"], touched)
            # In the folds' order, and before anything is taken away: no writer waits for another in a circle.
            await connection.execute(_FORKS["lock"], related)
            shown = {(row["kind"], row["key"]): row for row in await connection.fetch(_FORKS["shown"], related)}
            await connection.execute(_FORKS["take_back"], program, signatures)
            shown |= {(row["kind"], row["key"]): row for row in await tvl.take_back(connection, related)}
            for statement in _UNFOLD.values():
                await connection.execute(statement, related)
            await connection.execute(_FORKS["begin_anew"], related, touched)
            await connection.execute(_SQL["insert_events"], *columns(events))
            owners = dict(await connection.fetch(_FORKS["owners"], related))
            owners |= {event.stream: program for event in events if event.stream is not None}
            folded = await self._folding.fold(connection, owners)
            await changes.record(connection, (shown | folded.changed).values())
            await alerts.settle(connection, folded.governance, related)
        committed.folded.update(folded.streams, touched)
        committed.whole.update(folded.whole, set(touched) - folded.gaps.keys())
        committed.gaps.update(folded.gaps)
        return committed

    async def _fold(
        self,
        connection: asyncpg.Connection,
        program: str,
        events: Sequence[Event],
        rivals: Mapping[str, str],
        committed: Committed,
    ) -> None:
        streams = {event.stream: program for event in events if event.stream is not None}
        if not streams:
            return
        folded = await self._folding.fold(connection, streams)
        await mark(connection, rivals)
        await changes.record(connection, folded.changed.values())
        await alerts.settle(connection, folded.governance)
        committed.folded.update(folded.streams - rivals.keys())
        committed.whole.update(folded.whole)
        committed.gaps.update(folded.gaps)
        committed.rivals.update(event.signature for event in events if event.stream in rivals)

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


def columns(events: Sequence[Event]) -> tuple[list[Any], ...]:
    """The typed values of each column of the table `events`, in the order in which they are inserted."""
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
