"""What people want to be told of, each once: what events bring with their folds, what time brings by the chain's clock.

Both are the same for the same chain, however often the indexer was restarted and in whatever batches it read: what is
due is derived from the events that are folded, and a key says what has been raised. Time is what the chain said of a
slot up to which everything has been read. So whoever was away does not take for expired what was executed meanwhile.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import asyncpg

from windlass_indexer import queries
from windlass_indexer.chain import ChainTime
from windlass_indexer.event import FollowedProgram
from windlass_indexer.folds import GOVERNANCE
from windlass_indexer.leadership import OPEN, Fence
from windlass_indexer.notifications import notify
from windlass_indexer.retries import persistently

_SQL = queries.load("alerts.sql")
_log = logging.getLogger(__name__)

_EVERY_SECONDS = 0.5
# Moments of the chain that have not been read up to: half an hour of them, the newest.
_MOMENTS = 3_600


async def settle(connection: asyncpg.Connection, events: Sequence[int], anew: Sequence[str] = ()) -> None:
    """Raise and withdraw what the folding of these events (their ids) changed, in its transaction, as its last step.

    `anew` are streams that were folded once more from their beginning: all that was said of them is looked at again.
    """
    if not events and not anew:
        return
    await connection.execute(_SQL["lock"])
    scope = await connection.fetchrow(_SQL["scope"], events)
    changed = await connection.fetch(_SQL["raise"], events, scope["streams"], scope["since"], None)
    changed += await connection.fetch(_SQL["withdraw"], scope["streams"], scope["since"], anew)
    await notify(connection, changed)


class TimeAlerts:
    """Raises what time brings, for the governance among `programs`. `time()` gives the chain's time as last told."""

    def __init__(
        self,
        programs: Iterable[FollowedProgram],
        pool: asyncpg.Pool,
        time: Callable[[], ChainTime],
        fence: Fence = OPEN,
    ) -> None:
        self._programs = [program.address for program in programs if program.idl.name == GOVERNANCE]
        self._pool = pool
        self._time = time
        self._fence = fence
        # What the chain's clock said at slots that have not been read yet.
        self._moments: deque[tuple[int, int]] = deque(maxlen=_MOMENTS)

    async def run(self) -> None:
        """Raise for ever; where no governance is followed, nothing ever becomes due."""
        if not self._programs:
            await asyncio.Event().wait()  # who ends, ends the indexer
        while True:
            await persistently("raising the alerts that are due")(self.tick)
            await asyncio.sleep(_EVERY_SECONDS)

    async def tick(self) -> None:
        """Raise what has become due by the time of the newest slot that everything is read up to."""
        time = self._time()
        if not self._moments or time.confirmed_slot > self._moments[-1][0]:
            self._moments.append((time.confirmed_slot, time.unix_timestamp))
        read: int | None = await self._pool.fetchval(_SQL["read_slot"], self._programs)
        now: int | None = None
        while self._moments and read is not None and self._moments[0][0] <= read:
            now = self._moments.popleft()[1]
        if now is None:
            return
        async with self._fence.transaction(self._pool) as connection:
            await connection.execute(_SQL["lock"])
            raised = await connection.fetch(_SQL["raise"], [], [], None, datetime.fromtimestamp(now, UTC))
            await notify(connection, raised)
        if raised:
            _log.info("%d alerts that time brought", len(raised))
