"""Changes on their way to subscribers: told once, fanned out to bounded queues, never waiting for anyone."""

import json
from asyncio import Queue, QueueFull, sleep
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from windlass_graphql.errors import ApiError, FellBehind, Interrupted
from windlass_graphql.reader import Reader

QUEUE_LIMIT = 1024
"""Changes that a subscriber may be behind."""
BURST = QUEUE_LIMIT // 4
"""Changes told at once before the subscribers get to send some."""
PATIENCE = 0.25
"""Seconds that a burst waits for the slowest subscriber, at most."""


@dataclass(frozen=True)
class Change:
    """What the indexer says of one aggregate in one transaction: the payload on the channel `windlass_changes`."""

    kind: str
    """proposal, migration, vault, program, multisig, alert or status."""
    key: str
    """The aggregate's address."""
    slot: int
    seq: int
    """Of the event, in the aggregate's stream."""
    multisig: str | None = None
    program: str | None = None
    owner: str | None = None
    proposal: str | None = None
    topic: str | None = None
    """What it says, where the kind is not enough."""
    members: frozenset[str] = frozenset()
    """Of the multisig."""
    number: int = 0
    """Its place in its feed; 0 where there is none."""

    @classmethod
    def parse(cls, payload: str) -> "Change":
        """Raises ValueError for what is not a change."""
        fields = json.loads(payload)
        if not isinstance(fields, dict) or not isinstance(fields.get("kind"), str):
            raise ValueError(f"expected a JSON object with a kind, got {payload[:200]!r}")
        return cls(
            kind=fields["kind"],
            key=str(fields.get("key") or ""),
            slot=int(fields.get("slot") or 0),
            seq=int(fields.get("seq") or 0),
            multisig=fields.get("multisig"),
            program=fields.get("program"),
            owner=fields.get("owner"),
        )


@dataclass(frozen=True)
class Interest:
    """Which changes someone wants to hear of; what is None does not matter."""

    kind: str
    key: str | None = None
    multisig: str | None = None
    program: str | None = None
    owner: str | None = None
    proposal: str | None = None
    topics: frozenset[str] | None = None
    member: str | None = None

    def covers(self, change: Change) -> bool:
        """Whether the change is wanted."""
        return (
            self.kind == change.kind
            and self.key in (None, change.key)
            and self.multisig in (None, change.multisig)
            and self.program in (None, change.program)
            and self.owner in (None, change.owner)
            and self.proposal in (None, change.proposal)
            and (self.topics is None or change.topic in self.topics)
            and (self.member is None or self.member in change.members)
        )


@dataclass(frozen=True)
class Told:
    """A change, the aggregate's row as read after it, and a reader for what lies around it, shared by all."""

    change: Change
    row: Any
    reader: Reader


@dataclass(eq=False)
class Subscription:
    """A subscriber's queue."""

    interest: Interest
    _queue: "Queue[Told | None]" = field(default_factory=lambda: Queue(QUEUE_LIMIT))
    _end: ApiError | None = None

    def offer(self, told: Told) -> None:
        """Queues it. A full queue ends the subscription."""
        if self._end is not None:
            return
        try:
            self._queue.put_nowait(told)
        except QueueFull:
            self.end(FellBehind(QUEUE_LIMIT))

    def end(self, why: ApiError) -> None:
        """Ends it with this error, and nothing before that: half a history is worse than none."""
        if self._end is not None:
            return
        self._end = why
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    @property
    def is_far_behind(self) -> bool:
        """Whether another burst may be too much."""
        return self._end is None and self._queue.qsize() > QUEUE_LIMIT - 2 * BURST

    async def __aiter__(self) -> AsyncIterator[Told]:
        """The changes as they come. Raises what it was ended with: FellBehind, Interrupted."""
        while (told := await self._queue.get()) is not None:
            yield told
        assert self._end is not None
        raise self._end


class Hub:
    """Everyone who listens."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, set[Subscription]] = {}
        self.heard: dict[str, int] = {}
        """Of each kind that is a feed, the number up to which nothing is missing to those who subscribed before."""

    @contextmanager
    def subscribe(self, interest: Interest) -> Iterator[Subscription]:
        """From here on no change is missed, so whatever is read inside is at most told twice."""
        subscription = Subscription(interest)
        same_kind = self._subscriptions.setdefault(interest.kind, set())
        same_kind.add(subscription)
        try:
            yield subscription
        finally:
            same_kind.discard(subscription)

    def wants(self, change: Change) -> bool:
        """Whether anyone listens for it."""
        return any(subscription.interest.covers(change) for subscription in self._subscriptions.get(change.kind, ()))

    def tell(self, told: Told) -> None:
        """Queues it for everyone who wants it."""
        for subscription in self._subscriptions.get(told.change.kind, ()):
            if subscription.interest.covers(told.change):
                subscription.offer(told)

    def interrupt(self) -> None:
        """Ends all: whatever is told next, they would have missed something before it."""
        for same_kind in self._subscriptions.values():
            for subscription in same_kind:
                subscription.end(Interrupted())

    async def settle(self) -> None:
        """Returns once nobody is far behind, or patience is over: a burst is no reason to drop those who keep up."""
        deadline = monotonic() + PATIENCE
        while monotonic() < deadline and any(  # noqa: ASYNC110 -- a queue wakes nobody when it gets emptier
            subscription.is_far_behind for same_kind in self._subscriptions.values() for subscription in same_kind
        ):
            await sleep(0.002)
