"""Empty tables beside the serving ones, the same in everything, that can take their place."""

import asyncio
from collections.abc import Sequence
from time import monotonic

import asyncpg

from windlass_indexer import queries
from windlass_indexer.errors import RebuildRefused

_SQL = queries.load("fresh_tables.sql")

# Readers wait for as long as the swap waits for them, so it gives up soon and comes again after a pause.
_LOCK_MILLISECONDS = 30
_PAUSE_SECONDS = 0.1
_TRIES = 50
_DROP = "DROP SCHEMA IF EXISTS windlass_rebuild, windlass_replaced CASCADE"


class FreshTables:
    """In the schema windlass_rebuild, which comes first in the connection's search_path while they are filled."""

    def __init__(self, connection: asyncpg.Connection, tables: Sequence[str]) -> None:
        self._connection = connection
        self._tables = tables
        self._validate: list[str] = []

    async def make(self) -> None:
        """Make them empty, in place of what a rebuild that was killed left. Raises RebuildRefused."""
        async with self._connection.transaction():
            await self._connection.execute("SET LOCAL search_path = public")
            if found := await self._read("not_carried_over"):
                raise RebuildRefused(
                    f"a rebuild would lose {', '.join(found)}: these are not Windlass's own; drop them first, "
                    "and make them again afterwards"
                )
            kinds = ("create", "options", "constraints", "indexes", "privileges")
            statements = [statement for kind in kinds for statement in await self._read(kind)]
            await self._connection.execute(_DROP)
            await self._connection.execute("CREATE SCHEMA windlass_rebuild")
            await self._connection.execute("SET LOCAL search_path = windlass_rebuild, public")
            for statement in statements:
                await self._connection.execute(statement)
        await self._connection.execute("SET search_path = windlass_rebuild, public")

    async def swap(self) -> float:
        """Put them in the serving tables' place, in the caller's transaction; `drop` drops those after its end, when
        nobody waits any more.

        Gives the moment (`monotonic`) from which on readers wait for the transaction's end. Raises RebuildRefused.
        """
        # A name without a schema is to mean what it will mean afterwards.
        await self._connection.execute("SET LOCAL search_path = public")
        views = await self._read("views")
        references = await self._connection.fetch(_SQL["references_to"], self._tables)
        began = await self._keep_readers_out()
        for reference in references:
            await self._connection.execute(reference["drop"])
        await self._connection.execute("CREATE SCHEMA windlass_replaced")
        await self._connection.execute(
            ";".join(
                f"ALTER TABLE public.{table} SET SCHEMA windlass_replaced;"
                f"ALTER TABLE windlass_rebuild.{table} SET SCHEMA public"
                for table in self._tables
            )
        )
        for statement in [*views, *(reference["make"] for reference in references)]:
            await self._connection.execute(statement)
        if left := [row[0] for row in await self._connection.fetch(_SQL["still_needed"])]:
            raise RebuildRefused(f"something that a rebuild does not carry over reads the tables: {', '.join(left)}")
        self._validate = [reference["validate"] for reference in references]
        return began

    async def validate(self) -> None:
        """Look whether the foreign keys of other tables hold; nobody waits for it."""
        for statement in self._validate:
            await self._connection.execute(statement)

    async def drop(self) -> None:
        """Leave nothing behind, of the fresh tables or of those that they replaced."""
        await self._connection.execute(f"{_DROP}; SET search_path = public")

    async def _read(self, query: str) -> list[str]:
        return [row[0] for row in await self._connection.fetch(_SQL[query], self._tables)]

    async def _keep_readers_out(self) -> float:
        tables = ", ".join(f"public.{table}" for table in self._tables)
        for _ in range(_TRIES):
            began = monotonic()
            try:
                async with self._connection.transaction():
                    await self._connection.execute(f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}")
                    await self._connection.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
                    await self._connection.execute("SET LOCAL lock_timeout = 0")
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            return began
        raise RebuildRefused(
            f"readers held the tables at each of {_TRIES} tries to swap them: look for a long query or an open "
            "transaction (pg_stat_activity), and try again; nothing has changed"
        )
