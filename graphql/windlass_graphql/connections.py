"""Relay's connections, with `nodes` for those who need no cursors."""

from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

import strawberry

from windlass_graphql.database import Row
from windlass_graphql.pages import DEFAULT_PAGE, LARGEST_PAGE, Page, Place, encode_cursor

Node = TypeVar("Node")

First = Annotated[
    int, strawberry.argument(description=f"How many, newest first: 1 to {LARGEST_PAGE}, {DEFAULT_PAGE} unless told.")
]
After = Annotated[
    str | None, strawberry.argument(description="A cursor of this list: what follows it. Absent: from the newest.")
]


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(description="Whether there are older items after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the page was reached by a cursor of a newer item.")
    start_cursor: str | None = strawberry.field(description="The first item's cursor; null where the page is empty.")
    end_cursor: str | None = strawberry.field(description="The last item's cursor, to go on `after`.")


@strawberry.type(description="An item and its cursor.")
class Edge(Generic[Node]):
    """One item of a page."""

    cursor: str = strawberry.field(description="The item's place, which stays the same while newer items arrive.")
    node: Node = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list, newest first.")
class Connection(Generic[Node]):
    """A page."""

    edges: list[Edge[Node]] = strawberry.field(description="The items with their cursors.")
    nodes: list[Node] = strawberry.field(description="The items alone.")
    page_info: PageInfo = strawberry.field(description="Where the page lies.")

    @classmethod
    def of(
        cls, listing: str, page: Page, rows: list[Row], place: Callable[[Row], Place], node: Callable[[Row], Node]
    ) -> "Connection[Node]":
        """The page out of its rows and, where there is a next one, the row that tells."""
        edges = [Edge(cursor=encode_cursor(listing, place(row)), node=node(row)) for row in rows[: page.first]]
        return cls(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=PageInfo(
                has_next_page=len(rows) > page.first,
                has_previous_page=page.after is not None,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
        )
