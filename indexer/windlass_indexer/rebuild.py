"""Folds all stored events once more, into fresh tables beside the serving ones, and swaps the two.

Readers go on reading the serving tables; a leader goes on writing to them. What it stores meanwhile is caught up in
rounds, the last of them while writers are kept out for a moment.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

import asyncpg

from windlass_indexer import migrations, queries
from windlass_indexer.database import connection as connected
from windlass_indexer.errors import RebuildRefused
from windlass_indexer.event import FollowedProgram
from windlass_indexer.folding import Folding
from windlass_indexer.folds import TABLES
from windlass_indexer.fresh_tables import FreshTables
from windlass_indexer.leadership import keep_writers_out
from windlass_indexer.notifications import notify
from windlass_indexer.retries import SESSION_LOST
from windlass_indexer.streams import StoredEvent

_SQL = queries.load("rebuild.sql")

# As many events as one transaction folds.
_PAGE = 10_000
# Rounds end when one brought no more streams than this, which the last round then takes while writers wait.
_FEW_STREAMS = 50
_MAX_ROUNDS = 20
# Sessions of a rebuild: nothing of it needs to survive a crash before the swap.
_SETTINGS = "SET synchronous_commit = off; SET jit = off; SET work_mem = '64MB'"

Progress = Callable[[int, int], None]  # events folded, events to fold


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild folded, and whom it kept waiting. `events` of all `streams`, as far as they have no gap."""

    events: int
    streams: int
    seconds: float
    events_per_second: int
    reads_blocked_ms: float
    writes_blocked_ms: float

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


async def rebuild(url: str | None, programs: Sequence[FollowedProgram], told: Progress) -> Rebuilt:
    """Rebuild the read model of the database at `url`.

    Raises DatabaseUnreachable, MigrationError, and RebuildRefused: then the serving tables are as they were.
    """
    async with connected(url) as connection:
        await migrations.apply(connection)
        if not await connection.fetchval(_SQL["try_to_rebuild"]):
            raise RebuildRefused("another rebuild is under way in this database: wait for its end")
        await connection.execute(_SETTINGS)
        fresh = FreshTables(connection, TABLES)
        try:
            return await _Rebuild(connection, programs, fresh, told).run()
        except asyncpg.InsufficientPrivilegeError as error:
            raise RebuildRefused(f"{error}: a rebuild makes a schema, run it as the database's owner") from error
        finally:
            # Whatever stopped it may have ended the session too; the next rebuild drops what is left.
            with suppress(*SESSION_LOST):
                await fresh.drop()


class _Rebuild:
    def __init__(
        self,
        connection: asyncpg.Connection,
        programs: Sequence[FollowedProgram],
        fresh: FreshTables,
        told: Progress,
    ) -> None:
        self._connection = connection
        self._folding = Folding(programs)
        self._programs = {program.address for program in programs}
        self._fresh = fresh
        self._told = told
        self._newest = 0

    async def run(self) -> Rebuilt:
        started = monotonic()
        if unknown := {row[0] for row in await self._connection.fetch(_SQL["programs"])} - self._programs:
            raise RebuildRefused(
                f"the tables hold the read model of {', '.join(sorted(unknown))} too: name every program that was "
                "followed (--program, --vault-program), or it would be lost"
            )
        applied = await self._connection.fetchval(_SQL["migrations"])
        await self._fresh.make()
        await self._mark_newest()
        await self._fold_all()
        for _ in range(_MAX_ROUNDS):
            if await self._catch_up() <= _FEW_STREAMS:
                break
        await self._connection.execute("ANALYZE " + ", ".join(f"windlass_rebuild.{table}" for table in TABLES))
        async with self._connection.transaction():
            writes = monotonic()
            await keep_writers_out(self._connection)
            if await self._connection.fetchval(_SQL["migrations"]) != applied:
                raise RebuildRefused("the tables were migrated meanwhile: rebuild again with that version")
            await self._fold_after(self._newest)
            await self._connection.execute(_SQL["carry_verdicts_over"])
            totals = await self._connection.fetchrow(_SQL["totals"])
            reads = await self._fresh.swap()
            await notify(self._connection, [{"kind": "status"}])
        now = monotonic()
        await self._fresh.validate()
        return Rebuilt(
            events=totals["events"],
            streams=totals["streams"],
            seconds=round(now - started, 3),
            events_per_second=round(totals["events"] / (now - started)),
            reads_blocked_ms=round((now - reads) * 1_000, 1),
            writes_blocked_ms=round((now - writes) * 1_000, 1),
        )

    async def _mark_newest(self) -> int:
        """All events up to this number are seen from now on: nobody who might add a lower one is still writing."""
        async with self._connection.transaction():
            await keep_writers_out(self._connection)
            former, self._newest = self._newest, await self._connection.fetchval(_SQL["newest_event"])
        return former

    async def _fold_all(self) -> None:
        total = await self._connection.fetchval(_SQL["count_events"])
        done = 0
        last = ("", 0)
        while page := [StoredEvent(*row) for row in await self._connection.fetch(_SQL["next_events"], *last, _PAGE)]:
            async with self._connection.transaction():
                await self._folding.fold(self._connection, {event.stream: event.program for event in page}, page)
            last = (page[-1].stream, page[-1].seq)
            done += len(page)
            self._told(done, max(done, total))

    async def _catch_up(self) -> int:
        """Fold what was stored since the last look; gives how many streams that were."""
        former = await self._mark_newest()
        async with self._connection.transaction():
            return await self._fold_after(former)

    async def _fold_after(self, id: int) -> int:
        rows = await self._connection.fetch(_SQL["streams_with_events_after"], id)
        await self._folding.fold(self._connection, {row["stream"]: row["program"] for row in rows})
        return len(rows)
