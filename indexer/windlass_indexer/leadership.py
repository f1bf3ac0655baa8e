"""Several indexers may run on one database: one leads, the others stand by and take over when it ends.

The leader is who holds an advisory lock, in a session of its own that does nothing else. PostgreSQL gives the lock up
when that session ends, whatever ended it: the process, its machine, the network, PostgreSQL itself. A leader may be
the last to notice, so the lock alone keeps nobody from writing. The fence does: every transaction that writes passes
it first, and a leader whose epoch is over does not get through.

The lock needs a session: a pooler between indexer and PostgreSQL must not be in transaction mode.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from windlass_indexer import queries
from windlass_indexer.errors import LeadershipLost
from windlass_indexer.retries import SESSION_LOST, persistently

_SQL = queries.load("leadership.sql")
_log = logging.getLogger(__name__)

# How often those who stand by try the lock, and the leader looks whether its session is still there.
_TRY_SECONDS = 0.5
_HEARTBEAT_SECONDS = 0.5
_ANSWER_SECONDS = 2.0
# A leader whose machine is gone closes no connection: PostgreSQL notices within 4 s that nobody is there.
_SETTINGS = {
    "application_name": "windlass-indexer",
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "2",
}


class Fence:
    """What every transaction that writes to the tables passes first."""

    def __init__(self, epoch: int | None = None) -> None:
        """`epoch`: of the leader who writes; None lets anybody pass (what is written once on request)."""
        self._epoch = epoch

    @asynccontextmanager
    async def transaction(self, pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
        """A transaction that commits before the next epoch begins. Raises LeadershipLost where it has begun."""
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(_SQL["enter"])
            if self._epoch is not None:
                epoch = await connection.fetchval(_SQL["epoch"])
                if epoch != self._epoch:
                    raise LeadershipLost(f"another indexer leads now (epoch {epoch}, this one's was {self._epoch})")
            yield connection


OPEN = Fence()


class Leadership:
    """Held from `leading` on, for as long as its session lives."""

    def __init__(self, session: asyncpg.Connection, epoch: int) -> None:
        self.epoch = epoch
        self.fence = Fence(epoch)
        self._session = session

    async def watch(self) -> None:
        """For as long as this one leads. Raises LeadershipLost."""
        while True:
            await asyncio.sleep(_HEARTBEAT_SECONDS)
            try:
                await self._session.fetchval(_SQL["heartbeat"], timeout=_ANSWER_SECONDS)
            except SESSION_LOST as error:
                why = str(error) or f"no answer within {_ANSWER_SECONDS:.0f} s"
                raise LeadershipLost(f"the session that holds the lead was lost: {why}") from error


@asynccontextmanager
async def leading(url: str | None) -> AsyncIterator[Leadership]:
    """Stands by until no other indexer leads this database, then leads it until the end of the block."""
    elected: tuple[asyncpg.Connection, int] = await persistently("standing for the lead")(_elected, url)
    session, epoch = elected
    try:
        _log.info("leading this database (epoch %d)", epoch)
        yield Leadership(session, epoch)
    finally:
        await _end(session)


async def keep_writers_out(connection: asyncpg.Connection) -> None:
    """Until the end of the caller's transaction, which sees all that was written before."""
    await connection.execute(_SQL["keep_writers_out"])


async def _elected(url: str | None) -> tuple[asyncpg.Connection, int]:
    """A session that holds the lock, and the epoch that begins with it."""
    session = await asyncpg.connect(url, timeout=_ANSWER_SECONDS, server_settings=_SETTINGS)
    try:
        stands_by = False
        while not await session.fetchval(_SQL["try_to_lead"], timeout=_ANSWER_SECONDS):
            if not stands_by:
                _log.info("another indexer leads this database: standing by")
                stands_by = True
            await asyncio.sleep(_TRY_SECONDS)
        # Whoever led before may still be writing: it is waited for, and kept out from now on.
        async with session.transaction():
            await keep_writers_out(session)
            return session, await session.fetchval(_SQL["begin_epoch"])
    except BaseException:
        await _end(session)
        raise


async def _end(session: asyncpg.Connection) -> None:
    try:
        await session.close(timeout=_ANSWER_SECONDS)
    except SESSION_LOST:
        session.terminate()
