"""Follows a feed from a cursor on: what was written meanwhile is read from its table, what comes then is told live."""

from collections.abc import AsyncGenerator

from windlass_graphql.changes import Hub, Interest, Told
from windlass_graphql.database import Database
from windlass_graphql.feeds import PAGE, Feed
from windlass_graphql.reader import Reader


async def follow(
    database: Database, hub: Hub, feed: Feed, interest: Interest, after: int | None
) -> AsyncGenerator[Told, None]:
    """Each entry after the number once, in order, without end; None begins with what comes next. Raises FellBehind."""
    heard = hub.heard[feed.kind] if after is None else after
    # Whoever was away for long catches up at their own pace, before anything is queued for them.
    while (until := hub.heard[feed.kind]) - heard > PAGE:
        missed, heard = await _missed(database, feed, interest, heard, until)
        for told in missed:
            yield told
    with hub.subscribe(interest) as subscription:
        # Everything after this number is told by the hub from here on.
        until = hub.heard[feed.kind]
        while heard < until:
            missed, heard = await _missed(database, feed, interest, heard, until)
            for told in missed:
                yield told
        async for told in subscription:
            # A cursor may be ahead of this server: it is of one that heard of the commit earlier.
            if told.change.number > heard:
                yield told


async def _missed(database: Database, feed: Feed, interest: Interest, after: int, until: int) -> tuple[list[Told], int]:
    """What is wanted of the next entries, and the number up to which these are all."""
    entries = await feed.entries(database, after, until)
    told = await feed.told(database, entries, interest.covers, Reader(database))
    return told, entries[-1]["change"] if len(entries) == PAGE else until
