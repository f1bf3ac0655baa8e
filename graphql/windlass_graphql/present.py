"""What is there already when a subscription begins, and the number in the feed from which on it is not contained."""

from collections.abc import Mapping

from windlass_graphql.arguments import bind
from windlass_graphql.database import Database, Row
from windlass_graphql.feeds import Feed
from windlass_graphql.pages import LARGEST_PAGE
from windlass_graphql.query import Query
from windlass_graphql.reader import Reader
from windlass_graphql.reads import declared


async def newest(reader: Reader, listing: str, arguments: Mapping[str, str | None]) -> list[Row]:
    """A full page of a list of the root, oldest first."""
    reads = declared(Query, listing)
    bound = bind(listing, reads, {**arguments, "first": LARGEST_PAGE})
    return (await reader.rows(reads, bound, {}))[:LARGEST_PAGE][::-1]


async def present(
    database: Database, feed: Feed, address: str | None, arguments: Mapping[str, str | None]
) -> tuple[list[Row], int]:
    """One by its address or the newest of all, as far as the other arguments fit; all read from one moment."""
    snapshot = database.snapshot()
    try:
        number = await feed.newest(snapshot)
        reader = Reader(snapshot)
        if address is None:
            return await newest(reader, feed.name, arguments), number
        assert feed.rows is not None
        found = await reader.fetch(feed.rows, [address])
        wanted = {name: value for name, value in arguments.items() if value is not None}
        # A vault's owner is no object of its own, so its column has the argument's name.
        return [
            row
            for row in found
            if all(row.get(f"{name}_address", row.get(name)) == value for name, value in wanted.items())
        ], number
    finally:
        await snapshot.close()
