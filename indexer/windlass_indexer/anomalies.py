"""Whether an upgrade made a program's transactions fail: an alert where too large a share of them does.

Events say nothing of failures; what is looked at is what `activity` has counted, all of it final.
"""

import logging
from dataclasses import dataclass

import asyncpg

from windlass_indexer import queries
from windlass_indexer.notifications import notify

_SQL = queries.load("failing.sql")
_LOCK = queries.load("alerts.sql")["lock"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FailureWatch:
    """`per_cent` of at least `transactions` within so many `minutes` of an upgrade, its own the first of them."""

    per_cent: int = 20
    transactions: int = 50
    minutes: int = 60

    async def look(self, connection: asyncpg.Connection, program: str, upto: int) -> None:
        """Raise what is to be told of the program, counted up to this slot, in the caller's transaction."""
        await connection.execute(_LOCK)
        raised = await connection.fetch(_SQL["failing"], program, upto, self.per_cent, self.transactions, self.minutes)
        await notify(connection, raised)
        if raised:
            _log.warning("%s: since its upgrade at least %d %% of its transactions fail", program, self.per_cent)
