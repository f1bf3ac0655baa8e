"""What an operation is served from, and which part of a subscription it is to give."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from windlass_graphql.changes import Hub
from windlass_graphql.database import Database


class Part(Enum):
    """Of a subscription to a feed."""

    WHOLE = auto()
    MISSED = auto()
    """What happened before it began, as far as it is asked for; it then ends."""
    LIVE = auto()
    """What happens from then on, wherever it was asked to begin."""


@dataclass(frozen=True)
class Context:
    """One for all operations but those that are given in parts."""

    database: Database
    hub: Hub
    part: Part = Part.WHOLE
    numbers: "deque[int]" = field(default_factory=deque)
    """Of LIVE: in the feed, of each message that was made and not taken yet."""
    subscribed: asyncio.Event = field(default_factory=asyncio.Event)
    """Of LIVE: from when on nothing is missed."""
    reached: "list[int]" = field(default_factory=list)
    """Of MISSED: the number up to which everything was given, once it was."""
    last_heard: str | None = None
    """The cursor with which a client of server-sent events came back: goes before where its subscription says to begin.
    """
    told: "deque[str | None] | None" = None
    """Of server-sent events: the cursor of each message that was made and not sent yet, where it has one."""
