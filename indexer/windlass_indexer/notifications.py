"""Tells whoever listens what has changed, once the transaction commits."""

from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg
import orjson

from windlass_indexer import queries

_SQL = queries.load("notifications.sql")


async def notify(connection: asyncpg.Connection, changes: Iterable[Mapping[str, Any]]) -> None:
    """Each change is an object with a `kind` and what says more of it; what is None is left out."""
    payloads = [
        orjson.dumps({key: value for key, value in change.items() if value is not None}).decode() for change in changes
    ]
    if payloads:
        await connection.execute(_SQL["notify"], payloads)
