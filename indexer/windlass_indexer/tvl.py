"""What all vaults of a mint hold together, by minute, hour and day: kept with each fold, taken back with each fork.

Sums only: what a vault's events changed is added wherever they belong in time, whenever they are read. Nothing is ever
counted anew, so a commit costs what is in it, however many vaults there are.
"""

from collections.abc import Sequence

import asyncpg

from windlass_indexer import queries

_SQL = queries.load("tvl.sql")
_LAST = 2**63 - 1

Range = tuple[str, int, int]
"""A vault, and the numbers of the first and the last of its events that are meant."""


async def add(connection: asyncpg.Connection, folded: Sequence[Range]) -> list[asyncpg.Record]:
    """Add what these events changed, in the transaction of their folds and after them; gives what it changed."""
    if not folded:
        return []
    await connection.execute(_SQL["lock"])
    changed: list[asyncpg.Record] = await connection.fetch(_SQL["add"], *zip(*folded, strict=True))
    return changed


async def take_back(connection: asyncpg.Connection, streams: Sequence[str]) -> list[asyncpg.Record]:
    """Take back all that the vaults among these streams ever changed, before their rows go; gives what it changed."""
    ranges = list(streams), [1] * len(streams), [_LAST] * len(streams)
    await connection.execute(_SQL["lock"])
    changed: list[asyncpg.Record] = await connection.fetch(_SQL["take_back"], *ranges)
    return changed
