"""What resolvers read: each kind of thing once for all its parents."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from strawberry.dataloader import DataLoader

from windlass_graphql.arguments import Bound, bind
from windlass_graphql.connections import connection_of
from windlass_graphql.database import Row, Source
from windlass_graphql.reads import Inline, Listing, One, Reads, Related, Value
from windlass_graphql.statements import conditions, parameter_names, parent_columns, rows, source


@dataclass(frozen=True)
class _Wanted:
    """The rows of a field of one parent, or how many there are."""

    reads: Related
    bound: Bound
    parent: tuple[object, ...]
    counts: bool = False

    @property
    def batch(self) -> tuple[object, ...]:
        """What can be read together; a declaration is known by its identity."""
        return id(self.reads), self.bound, self.counts


class Reader:
    """Reads rows for one operation, or for one change that many subscribers are told.

    The loader's futures are shared, so each caller waits behind a shield: a client that leaves must not cancel what
    another waits for.
    """

    def __init__(self, database: Source) -> None:
        self._source = database
        self._loader: DataLoader[_Wanted, list[Row]] = DataLoader(self._load)

    def node(self, row: Mapping[str, Any]) -> Any:
        """An object of the schema, whichever the fields asked of it know."""
        return Node(self, row)

    def root(self) -> Any:
        """Where queries begin."""
        return Node(self, {})

    async def fetch(self, query: str, *arguments: object) -> list[Row]:
        """The rows of a query of sql/."""
        return await self._source.fetch(query, *arguments)

    async def rows(self, reads: Related, bound: Bound, parent: Mapping[str, Any]) -> list[Row]:
        """The rows of a field of that parent."""
        return await asyncio.shield(self._loader.load(_Wanted(reads, bound, _key(reads, parent))))

    async def count(self, reads: Related, bound: Bound, parent: Mapping[str, Any]) -> int:
        """How many rows there are on all pages."""
        bound = Bound(bound.given, bound.filters)
        (row,) = await asyncio.shield(self._loader.load(_Wanted(reads, bound, _key(reads, parent), counts=True)))
        total: int = row["total"]
        return total

    async def value(self, sql: str) -> Any:
        """A value that belongs to no row."""
        (row,) = await self._source.fetch_sql(f"SELECT ({sql}) AS value")
        return row["value"]

    async def _load(self, keys: list[_Wanted]) -> list[list[Row]]:
        batches: defaultdict[tuple[object, ...], list[_Wanted]] = defaultdict(list)
        for key in keys:
            batches[key.batch].append(key)
        found: dict[_Wanted, list[Row]] = {}
        for batch in batches.values():
            found.update(await self._load_batch(batch))
        return [found[key] for key in keys]

    async def _load_batch(self, batch: list[_Wanted]) -> dict[_Wanted, list[Row]]:
        reads, bound, counts = batch[0].reads, batch[0].bound, batch[0].counts
        numbers = count(1)
        columns = parent_columns(reads)
        parents = [f"${next(numbers)}::{type_}[]" for _, type_ in columns]
        names = parameter_names(reads, bound, numbers)

        def parent(column: str) -> str:
            return f"parent.{column}"

        if counts:
            where = conditions(reads, bound, names, parent)
            inner = f"SELECT count(*) AS total FROM {source(reads, parent)} AS t"
            inner += f" WHERE {' AND '.join(where)}" if where else ""
        else:
            inner = rows(reads, bound, names, parent)
        if columns:
            labels = ", ".join(column for column, _ in columns)
            inner = (
                f"SELECT parent.parent_number, page.* FROM unnest({', '.join(parents)}) "
                f"WITH ORDINALITY AS parent ({labels}, parent_number) CROSS JOIN LATERAL ({inner}) AS page"
            )
        else:
            inner = f"SELECT 1::bigint AS parent_number, page.* FROM ({inner}) AS page"
        keys = [[key.parent[position] for key in batch] for position in range(len(columns))]
        found: list[list[Row]] = [[] for _ in batch]
        for row in await self._source.fetch_sql(inner, *keys, *bound.values):
            found[row["parent_number"] - 1].append(row)
        return dict(zip(batch, found, strict=True))


class Node:
    """An object of an answer: a row, and the reader for what lies around it."""

    def __init__(self, reader: Reader, row: Mapping[str, Any]) -> None:
        self._reader = reader
        self.row = row

    async def read(self, field: str, reads: Reads, arguments: Mapping[str, Any]) -> Any:
        """A field's value, as it is declared."""
        if isinstance(reads, Value):
            return await self._reader.value(reads.sql)
        if isinstance(reads, Inline):
            if reads.present is not None and self.row[reads.present] is None:
                return None
            return Node(
                self._reader, {**self.row, **{name: self.row[column] for name, column in reads.columns.items()}}
            )
        bound = bind(field, reads, arguments)
        found = await self._reader.rows(reads, bound, self.row)
        if isinstance(reads, Listing):
            assert bound.page is not None
            return connection_of(
                reads, bound.page, found, self._reader.node, lambda: self._reader.count(reads, bound, self.row)
            )
        nodes = [Node(self._reader, row) for row in found]
        if isinstance(reads, One):
            return nodes[0] if nodes else None
        return nodes


def value_of(source: Any, name: str) -> Any:
    """A field without a declaration: the column of its name."""
    return source.row[name] if isinstance(source, Node) else getattr(source, name)


def _key(reads: Related, parent: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(parent[column] for column, _ in parent_columns(reads))
