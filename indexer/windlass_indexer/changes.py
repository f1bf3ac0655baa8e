"""Keeps what a commit changed for readers that follow, and tells those that listen."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

import asyncpg

from windlass_indexer import queries
from windlass_indexer.leadership import OPEN, Fence
from windlass_indexer.notifications import notify
from windlass_indexer.retries import persistently

_SQL = queries.load("changes.sql")
_KEPT = ("proposal", "migration", "vault", "tvl")
# A reader that was away may go on from where it was for so long, and while so many changes have not come since.
KEPT_FOR = timedelta(days=7)
MOST_KEPT = 5_000_000
_AT_ONCE = 10_000
_EVERY_SECONDS = 600.0
_COLUMNS = ("kind", "key", "multisig", "program", "owner", "slot", "seq")


async def record(connection: asyncpg.Connection, changes: Collection[Mapping[str, Any]]) -> None:
    """In the transaction of the changes, when all of its other locks but that of alerts are taken."""
    if kept := [change for change in changes if change["kind"] in _KEPT]:
        await connection.execute(_SQL["lock"])
        await connection.execute(_SQL["record"], *([change[column] for change in kept] for column in _COLUMNS))
    await notify(connection, changes)


class Pruning:
    """Gives up the oldest changes, and says up to which: who comes back later is told, and misses nothing unawares."""

    def __init__(self, pool: asyncpg.Pool, fence: Fence = OPEN) -> None:
        self._pool = pool
        self._fence = fence

    async def run(self) -> None:
        """For ever."""
        while True:
            await persistently("giving up old changes")(self.prune)
            await asyncio.sleep(_EVERY_SECONDS)

    async def prune(self) -> None:
        """All that are old by now, some at a time."""
        for kind in _KEPT:
            more = True
            while more:
                async with self._fence.transaction(self._pool) as connection:
                    more = await connection.fetchval(_SQL["give_up"], kind, KEPT_FOR, MOST_KEPT, _AT_ONCE) is not None
