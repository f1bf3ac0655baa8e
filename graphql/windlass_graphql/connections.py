"""Relay's connections, with `nodes` for those who need no cursors."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar

import strawberry

from windlass_graphql.fields import resolver
from windlass_graphql.pages import Page, Place, encode_cursor
from windlass_graphql.reads import Listing
from windlass_graphql.scalars import Int53

Item = TypeVar("Item")


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(
        description="Whether there are items after this page; read from the end, whether a cursor ended it."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether there are items before this page; read from the beginning, whether a cursor began it."
    )
    start_cursor: str | None = strawberry.field(description="The first item's cursor; null where the page is empty.")
    end_cursor: str | None = strawberry.field(description="The last item's cursor, to go on `after`.")


@strawberry.type(description="An item and its cursor.")
class Edge(Generic[Item]):
    """One item of a page."""

    cursor: str = strawberry.field(description="The item's place, which stays the same while others arrive.")
    node: Item = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Item]):
    """A page."""

    count: strawberry.Private[Callable[[], Awaitable[int]]]
    edges: list[Edge[Item]] = strawberry.field(description="The items with their cursors.")
    nodes: list[Item] = strawberry.field(description="The items alone.")
    page_info: PageInfo = strawberry.field(description="Where the page lies.")

    @resolver("How many items there are on all pages, filters applied; counting many takes a while.")
    async def total_count(self) -> Int53:
        """The count."""
        return Int53(await self.count())


def connection_of(
    reads: Listing,
    page: Page,
    rows: list[Any],
    node: Callable[[Mapping[str, Any]], Any],
    count: Callable[[], Awaitable[int]],
) -> Connection[Any]:
    """The page out of its rows and, where there is another one, the row that tells."""
    ordering = page.ordering
    there_is_more, rows = len(rows) > page.size, rows[: page.size]
    if page.from_end:
        rows = rows[::-1]
    edges = [
        Edge(
            cursor=encode_cursor(reads.name, ordering, Place(int(row[ordering.column]), row[reads.key])), node=node(row)
        )
        for row in rows
    ]
    return Connection[Any](
        count=count,
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=page.before is not None if page.from_end else there_is_more,
            has_previous_page=there_is_more if page.from_end else page.after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )
