"""The order of folding: within a stream strictly by sequence number, across streams as many at once as possible."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from windlass_programs.digests import next_stream_digest


class StoredEvent(NamedTuple):
    """An event in the table `events` that its stream has not folded yet."""

    id: int
    stream: str
    seq: int
    slot: int
    program: str
    name: str | None
    raw: bytes


@dataclass(slots=True)
class Stream:
    """How far a stream is folded, and what can be folded next."""

    address: str
    seq: int
    digest: bytes
    ready: list[StoredEvent] = field(default_factory=list)
    # The first sequence number that is missing although later events are there; None: no gap.
    gap: int | None = None

    def offer(self, events: Iterable[StoredEvent]) -> None:
        """Take what follows without a gap from `events`, which come in order of their numbers."""
        expected = self.seq + 1
        for event in events:
            if event.seq != expected:
                self.gap = expected
                return
            self.ready.append(event)
            expected += 1

    def advanced(self) -> tuple[str, int, bytes, int]:
        """Address, seq, digest and slot once all that is ready has been folded."""
        digest = self.digest
        for event in self.ready:
            digest = next_stream_digest(digest, event.raw)
        return self.address, self.ready[-1].seq, digest, self.ready[-1].slot


def waves(
    streams: Iterable[Sequence[StoredEvent]], fold: Callable[[StoredEvent], str | None]
) -> Iterator[tuple[str, list[StoredEvent]]]:
    """Split streams into steps (statement, events) that keep each stream's order and take few statements.

    `fold` gives an event's statement; an event without one changes no table and is left out.
    """
    # Streams by the statement that their next event needs.
    waiting: defaultdict[str, list[deque[tuple[str, StoredEvent]]]] = defaultdict(list)
    for stream in streams:
        queue = deque((statement, event) for event in stream if (statement := fold(event)))
        if queue:
            waiting[queue[0][0]].append(queue)
    while waiting:
        statement = max(waiting, key=lambda candidate: len(waiting[candidate]))
        step: list[StoredEvent] = []
        for queue in waiting.pop(statement):
            while queue and queue[0][0] == statement:
                step.append(queue.popleft()[1])
            if queue:
                waiting[queue[0][0]].append(queue)
        yield statement, step


def collect(states: Iterable[Stream], events: Iterable[StoredEvent]) -> Mapping[str, Stream]:
    """The streams by address, each with what of `events` (in order of number) it can fold."""
    streams = {state.address: state for state in states}
    grouped: defaultdict[str, list[StoredEvent]] = defaultdict(list)
    for event in events:
        grouped[event.stream].append(event)
    for address, of_stream in grouped.items():
        streams[address].offer(of_stream)
    return streams
