"""What a database says of the chain, as one digest of each table; and where two of them differ."""

from functools import cache
from typing import Any

import asyncpg

# About the reading of the chain, or about telling people: not folded from events.
_NOT_OF_THE_CHAIN = {
    "activity_cursors",
    "chain",
    "changes",
    "changes_given_up",
    "cursors",
    "leadership",
    "outbox",
    "outbox_cursors",
    "reconciliation_sums",
    "reconciliations",
    "schema_migrations",
    "unbacked_vaults",
}
# Numbers given and moments written down as rows came in, and what the verifier says (asserted by itself).
_NOT_OF_THE_ROW = [
    "id",
    "event",
    "change",
    "raised_at",
    "withdrawn_at",
    "updated_by",
    "verified_seq",
    "verified_slot",
    "verified_at",
    "verified_by",
    "disagreement",
]
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# An alert whose cause a fork took back has been told, and stays as withdrawn. A stream that a fork took back altogether
# keeps its row, for its account to be looked at.
_CONDITIONS = {"alerts": "WHERE withdrawn_at IS NULL", "streams": "WHERE seq > 0"}


async def digests(connection: asyncpg.Connection, *, index: bool = True) -> dict[str, str]:
    """By table, whatever the order of its rows; without the `index` in the block that only a block then tells."""
    tables = [row["tablename"] for row in await connection.fetch(_TABLES)]
    left_out = _NOT_OF_THE_ROW if index else [*_NOT_OF_THE_ROW, "transaction_index"]
    return {row["name"]: row["digest"] for row in await connection.fetch(_query(tuple(tables)), left_out)}


async def differences(left: asyncpg.Connection, right: asyncpg.Connection, tables: list[str]) -> str:
    """The rows that only one of them has, for people to read."""
    said = []
    for table in tables:
        mine, theirs = [set(await _rows(connection, table)) for connection in (left, right)]
        said += [f"{table}: only after faults: {row}" for row in sorted(mine - theirs)[:5]]
        said += [f"{table}: only in the clean run: {row}" for row in sorted(theirs - mine)[:5]]
    return "\n".join(said)


@cache
def _query(tables: tuple[str, ...]) -> str:
    return " UNION ALL ".join(
        f"SELECT '{table}' AS name, md5(coalesce(string_agg(line, E'\\n' ORDER BY line), '')) AS digest"  # noqa: S608
        f" FROM ({_lines(table)}) AS {table}"
        for table in tables
        if table not in _NOT_OF_THE_CHAIN
    )


def _lines(table: str) -> str:
    return f"SELECT (to_jsonb({table}) - $1::text[])::text AS line FROM {table} {_CONDITIONS.get(table, '')}"  # noqa: S608


async def _rows(connection: asyncpg.Connection, table: str) -> list[Any]:
    return [row["line"] for row in await connection.fetch(_lines(table), _NOT_OF_THE_ROW)]
