"""An indexer for alerts without a chain: it reads what a test tells it to, at the time that the test tells it."""

from collections.abc import Sequence

import asyncpg
from integration.indexer.synthetic import START
from windlass_indexer.alerts import TimeAlerts
from windlass_indexer.chain import ChainTime
from windlass_indexer.event import Event
from windlass_indexer.settings import Settings
from windlass_indexer.store import Cursor, Store
from windlass_programs.addresses import WINDLASS_PROGRAM_ID

WINDLASS = str(WINDLASS_PROGRAM_ID)
PROGRAMS = Settings.read({"WINDLASS_VAULT_PROGRAM_ID": "none"}).programs


class Reader:
    """An indexer that reads what a test tells it to. Made anew, it is one that was restarted."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.store = Store(pool, PROGRAMS)
        self._time = ChainTime(0, 0, 0)
        self._alerts = TimeAlerts(PROGRAMS, pool, lambda: self._time)

    async def read(self, events: Sequence[Event], now: int) -> None:
        """Read these events, and hear that the chain's clock says `now` at the slot after the last."""
        newest = await self.pool.fetchval("SELECT coalesce(max(slot), 0) FROM cursors")
        slot = max([newest, *(event.slot for event in events)]) + 1
        await self.store.commit(WINDLASS, events, Cursor(slot, None))
        self.hear(slot, now)
        await self.tick()

    def hear(self, slot: int, now: int) -> None:
        """The node says this of the chain."""
        self._time = ChainTime(slot, slot, now)

    async def tick(self) -> None:
        """Look what time brought."""
        await self._alerts.tick()


async def standing(pool: asyncpg.Pool) -> list[tuple[str, int]]:
    """Kinds and times (seconds after START) of the alerts that were not withdrawn, by time."""
    rows = await pool.fetch(
        "SELECT kind::text, extract(epoch FROM at)::bigint AS at FROM alerts WHERE withdrawn_at IS NULL "
        "ORDER BY at, change"
    )
    return [(row["kind"], row["at"] - START) for row in rows]
