"""Counts the successes and failures of governed programs' transactions by minute: what to watch after an upgrade.

A transaction counts where it is in the history of the program's address, as the node lists it: those that call the
program, and the few that only name it. A node may list late, as the
follower knows, so what is counted is finalized and some slots old: some 26 s after it happened.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

import asyncpg

from windlass_indexer import queries
from windlass_indexer.anomalies import FailureWatch
from windlass_indexer.chain import Chain, ChainTime, is_unknown_signature
from windlass_indexer.errors import RpcRefused
from windlass_indexer.leadership import OPEN, Fence
from windlass_indexer.retries import persistently

_SQL = queries.load("activity.sql")

WATCH = FailureWatch()
_EVERY_SECONDS = 2.0
# A node may list a transaction so many slots late; what has been counted is not listed again.
_LATE_SLOTS = 32
_MINUTE = 60


class Activity:
    """Beside the ingest, never in its way. `time()` gives the chain's time as last told."""

    def __init__(
        self,
        chain: Chain,
        pool: asyncpg.Pool,
        time: Callable[[], ChainTime],
        fence: Fence = OPEN,
        watch: FailureWatch = WATCH,
    ) -> None:
        self._chain = chain
        self._pool = pool
        self._time = time
        self._fence = fence
        self._watch = watch
        # By program: a signature that has been counted, as everything before it; where the next listing may end.
        self._anchors: dict[str, str] = {}

    async def run(self) -> None:
        """Count for ever."""
        while True:
            await persistently("counting the programs' transactions")(self.count)
            await asyncio.sleep(_EVERY_SECONDS)

    async def count(self) -> None:
        """Count what has been finalized since the last time, for every governed program."""
        time = self._time()
        upto = time.finalized_slot - _LATE_SLOTS
        for row in await self._pool.fetch(_SQL["governed"]):
            if row["slot"] < upto:
                try:
                    await self._count(row["program"], row["slot"], upto, time)
                except RpcRefused as refused:
                    if not is_unknown_signature(refused):
                        raise
                    self._anchors.pop(row["program"], None)  # the next time lists as far back as needed

    async def _count(self, program: str, after: int, upto: int, time: ChainTime) -> None:
        successes: Counter[int] = Counter()
        failures: Counter[int] = Counter()
        anchor: str | None = None
        async for page in self._chain.history(program, self._anchors.get(program), at_least=time.confirmed_slot):
            for item in page:
                if item.slot > upto:
                    continue
                anchor = anchor or item.signature
                if item.slot > after:
                    # Few nodes have lost a block's time; now is near enough for those.
                    minute = (item.block_time or time.unix_timestamp) // _MINUTE
                    (failures if item.failed else successes)[minute] += 1
            if page[-1].slot <= after:
                break
        minutes = sorted(successes.keys() | failures.keys())
        async with self._fence.transaction(self._pool) as connection:
            moved = await connection.fetchval(_SQL["move_cursor"], program, after, upto)
            if moved is not None and minutes:
                await connection.execute(
                    _SQL["count"], program, minutes, [successes[m] for m in minutes], [failures[m] for m in minutes]
                )
            if moved is not None and failures:
                await self._watch.look(connection, program, upto)
        if anchor:
            self._anchors[program] = anchor
