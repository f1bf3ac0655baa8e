"""Keeps what a commit changed for readers that follow, and tells those that listen."""

from collections.abc import Collection, Mapping
from typing import Any

import asyncpg

from windlass_indexer import queries
from windlass_indexer.notifications import notify

_SQL = queries.load("changes.sql")
_KEPT = ("proposal", "migration")
_COLUMNS = ("kind", "key", "multisig", "program", "slot", "seq")


async def record(connection: asyncpg.Connection, changes: Collection[Mapping[str, Any]]) -> None:
    """In the transaction of the changes, when all of its other locks but that of alerts are taken."""
    if kept := [change for change in changes if change["kind"] in _KEPT]:
        await connection.execute(_SQL["lock"])
        await connection.execute(_SQL["record"], *([change[column] for change in kept] for column in _COLUMNS))
    await notify(connection, changes)
