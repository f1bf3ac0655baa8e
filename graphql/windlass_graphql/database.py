"""PostgreSQL as the API uses it: read-only, bounded in time, one snapshot per operation."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Protocol, TypeAlias

import asyncpg
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_delay, wait_fixed

from windlass_graphql.errors import DatabaseUnavailable, NotMigrated, QueryTimedOut, StartupError
from windlass_graphql.queries import queries
from windlass_graphql.settings import READER_ROLE, without_password

Row: TypeAlias = asyncpg.Record

_log = logging.getLogger(__name__)

POOL_SIZE = 10
STATEMENTS_KEPT = 100
"""Prepared statements of each connection."""
CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a connection, new or from the pool."""

SESSION_LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What a session that somebody ended raises, whatever was asked of it."""
_SESSION = {
    "default_transaction_read_only": "on",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
    # Statements are prepared once and asked again and again: planning takes longer than most of them run.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",  # compiling takes longer than any of these queries runs
}
_TABLES = [
    "account_migrations",
    "alerts",
    "approval_history",
    "audit_log",
    "authorized_programs",
    "balance_snapshots",
    "changes",
    "changes_given_up",
    "cursors",
    "events",
    "migration_jobs",
    "multisig_members",
    "multisigs",
    "pauses",
    "program_activity",
    "programs",
    "reconciliation_sums",
    "reconciliations",
    "streams",
    "timelocks",
    "tvl_stats",
    "unbacked_vaults",
    "upgrade_history",
    "upgrade_proposals",
    "vault_authorities",
    "vault_transactions",
    "vaults",
]


class Source(Protocol):
    """Whatever named queries can be put to."""

    async def fetch(self, query: str, *arguments: object) -> list[Row]:
        """The rows of a query of sql/. Raises QueryTimedOut, DatabaseUnavailable."""
        ...

    async def fetch_sql(self, sql: str, *arguments: object) -> list[Row]:
        """The rows of a statement that was put together from fragments of sql/. Raises the same."""
        ...


class Database:
    """The pool that queries are answered from."""

    def __init__(self, pool: "asyncpg.Pool", url: str | None) -> None:
        self._pool = pool
        self._url = url

    async def fetch(self, query: str, *arguments: object) -> list[Row]:
        """The rows of a query of sql/, on any connection."""
        return await self.fetch_sql(queries()[query], *arguments)

    async def fetch_sql(self, sql: str, *arguments: object) -> list[Row]:
        """The rows of a statement, on any connection."""
        with _api_errors():
            async with self._pool.acquire(timeout=CONNECT_TIMEOUT) as connection:
                rows: list[Row] = await connection.fetch(sql, *arguments)
                return rows

    async def fetch_text(self, sql: str, *arguments: object) -> str:
        """The one text that a statement makes, on any connection."""
        with _api_errors():
            async with self._pool.acquire(timeout=CONNECT_TIMEOUT) as connection:
                text: str = await connection.fetchval(sql, *arguments)
                return text

    def snapshot(self) -> "Snapshot":
        """All that is read from it is of one moment. Close it."""
        return Snapshot(self._pool)

    async def missing_tables(self) -> list[str]:
        """Tables that the API reads and that are not there."""
        rows = await self.fetch("missing_tables", _TABLES)
        names: list[str] = rows[0]["names"]
        return names

    @property
    def connections(self) -> tuple[int, int]:
        """How many are open, and how many of these are idle."""
        return self._pool.get_size(), self._pool.get_idle_size()

    def close(self) -> None:
        """Drops all connections: readers have nothing to finish."""
        self._pool.terminate()

    async def connect(self) -> "asyncpg.Connection":
        """A connection of its own, outside the pool, to listen on. Raises what asyncpg raises."""
        return await asyncpg.connect(**_connect_arguments(self._url, "windlass-graphql-listener"))


class Snapshot:
    """One REPEATABLE READ transaction, begun at the first query: an answer never mixes two states of the database."""

    def __init__(self, pool: "asyncpg.Pool") -> None:
        self._pool = pool
        self._connection: Any = None
        self._transaction: Any = None
        self._lock = asyncio.Lock()

    async def fetch(self, query: str, *arguments: object) -> list[Row]:
        """The rows of a query of sql/, one query at a time."""
        return await self.fetch_sql(queries()[query], *arguments)

    async def fetch_sql(self, sql: str, *arguments: object) -> list[Row]:
        """The rows of a statement, one at a time."""
        async with self._lock:
            with _api_errors():
                if self._connection is None:
                    await self._begin()
                rows: list[Row] = await self._connection.fetch(sql, *arguments)
                return rows

    async def _begin(self) -> None:
        connection = await self._pool.acquire(timeout=CONNECT_TIMEOUT)
        try:
            self._transaction = connection.transaction(isolation="repeatable_read", readonly=True)
            await self._transaction.start()
        except BaseException:
            await self._pool.release(connection)
            raise
        self._connection = connection

    async def close(self) -> None:
        """Gives the connection back."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            await self._transaction.rollback()
        except SESSION_LOST:
            # Of a connection that was lost the pool knows already, and has it ask nothing more.
            with suppress(asyncpg.InterfaceError):
                connection.terminate()
        finally:
            await self._pool.release(connection)


@asynccontextmanager
async def open_database(url: str | None, wait: float = 0.0) -> AsyncIterator[Database]:
    """The database, reachable and migrated; waits so many seconds for the latter. Raises StartupError."""
    retrying = AsyncRetrying(
        retry=retry_if_exception_type(NotMigrated),
        stop=stop_after_delay(wait),
        wait=wait_fixed(0.1),
        before_sleep=_say_once,
        reraise=True,
    )
    database: Database = await retrying(_open, url)
    try:
        yield database
    finally:
        database.close()


async def _open(url: str | None) -> Database:
    shown = without_password(url) if url else "that the PG* variables name"
    try:
        pool = await asyncpg.create_pool(
            **_connect_arguments(url, "windlass-graphql"),
            min_size=1,
            max_size=POOL_SIZE,
            # The most used statements of a connection stay prepared, however long they are and have been; asyncpg would
            # prepare those of more than 15 KB anew each time.
            statement_cache_size=STATEMENTS_KEPT,
            max_cacheable_statement_size=0,
            max_cached_statement_lifetime=0,
            reset=_keep_session,
        )
    except asyncpg.InvalidPasswordError as error:
        raise StartupError(
            f"PostgreSQL at {shown} wants another password; name it in WINDLASS_GRAPHQL_DATABASE_URL or PGPASSWORD."
        ) from error
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        # The migrations make the role, so where it is unknown they were not applied.
        raise NotMigrated(shown) from error
    except (*SESSION_LOST, ValueError) as error:
        raise StartupError(
            f"PostgreSQL at {shown} cannot be reached: {_reason(error)}. Start it, or name another in "
            "DATABASE_URL, WINDLASS_GRAPHQL_DATABASE_URL or --database."
        ) from error
    database = Database(pool, url)
    if await database.missing_tables():
        database.close()
        raise NotMigrated(shown)
    return database


def _say_once(state: RetryCallState) -> None:
    if state.attempt_number == 1:
        _log.info("waiting for `windlass-indexer migrate` to make the tables")


def _connect_arguments(url: str | None, application: str) -> dict[str, Any]:
    return {
        "dsn": url,
        "user": None if url else READER_ROLE,
        "timeout": CONNECT_TIMEOUT,
        "server_settings": _SESSION | {"application_name": application},
    }


async def _keep_session(_connection: object) -> None:
    """Queries leave nothing behind in a session, so asyncpg's reset between them is a round trip for nothing."""


@contextmanager
def _api_errors() -> Iterator[None]:
    try:
        yield
    except asyncpg.QueryCanceledError as error:
        raise QueryTimedOut from error
    except (
        OSError,
        TimeoutError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,  # PostgreSQL said that it ends the connection, whose end is still to come
        asyncpg.PostgresConnectionError,
        asyncpg.OperatorInterventionError,
        asyncpg.TooManyConnectionsError,
    ) as error:
        raise DatabaseUnavailable from error


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT_TIMEOUT:g} seconds"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    return str(error).strip().rstrip(".") or type(error).__name__
