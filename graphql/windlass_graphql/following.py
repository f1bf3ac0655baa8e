"""Follows a feed from a cursor on: what was written meanwhile is read from its table, what comes then is told live."""

from collections.abc import AsyncGenerator

from windlass_graphql.changes import Interest, Told
from windlass_graphql.context import Context, Part
from windlass_graphql.database import Database
from windlass_graphql.feeds import PAGE, Feed
from windlass_graphql.reader import Reader


async def follow(context: Context, feed: Feed, interest: Interest, after: int | None) -> AsyncGenerator[Told, None]:
    """Each entry after the number once, in order, without end; None begins with what comes next. Raises FellBehind,
    Interrupted, CursorGone.

    Of the whole only the part that the context names.
    """
    database, hub = context.database, context.hub
    heard = hub.heard[feed.kind] if after is None or context.part is Part.LIVE else after
    # Whoever was away for long catches up at their own pace, before anything is queued for them.
    while (until := hub.heard[feed.kind]) - heard > (0 if context.part is Part.MISSED else PAGE):
        missed, heard = await _missed(database, feed, interest, heard, until)
        for told in missed:
            yield told
    if context.part is Part.MISSED:
        # A cursor may be ahead of this server: it is of one that heard of the commit earlier.
        context.reached.append(heard)
        return
    with hub.subscribe(interest) as subscription:
        # Everything after this number is told by the hub from here on.
        until = hub.heard[feed.kind]
        while heard < until:
            missed, heard = await _missed(database, feed, interest, heard, until)
            for told in missed:
                yield told
        context.subscribed.set()
        async for told in subscription:
            if told.change.number > heard:
                if context.part is Part.LIVE:
                    context.numbers.append(told.change.number)
                yield told


async def _missed(database: Database, feed: Feed, interest: Interest, after: int, until: int) -> tuple[list[Told], int]:
    """What is wanted of the next entries, and the number up to which these are all."""
    entries = await feed.entries(database, after, until)
    await feed.check_kept(database, after)
    told = await feed.told(database, entries, interest.covers, Reader(database))
    return told, entries[-1]["change"] if len(entries) == PAGE else until
