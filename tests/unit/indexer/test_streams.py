"""Folding order: by number within a stream, together across streams."""

from hypothesis import given
from hypothesis import strategies as st
from windlass_indexer.streams import StoredEvent, Stream, collect, waves
from windlass_programs.digests import NEW_STREAM_DIGEST, next_stream_digest


def event(stream: str, seq: int, name: str = "a") -> StoredEvent:
    return StoredEvent(seq, stream, seq, 100 + seq, "program", name, f"{stream}{seq}".encode())


def fold(event: StoredEvent) -> str | None:
    return event.name if event.name != "unknown" else None


NAMES = st.sampled_from(["a", "b", "c", "unknown"])


@given(st.lists(st.lists(NAMES, max_size=12), max_size=6))
def test_waves_keep_each_streams_order_and_leave_out_only_what_has_no_fold(names: list[list[str]]) -> None:
    streams = [[event(str(s), i, name) for i, name in enumerate(row, start=1)] for s, row in enumerate(names)]
    steps = list(waves(streams, fold))
    folded = [(statement, done) for statement, step in steps for done in step]
    assert all(statement == done.name for statement, done in folded)
    for stream in streams:
        own = [done for _, done in folded if stream and done.stream == stream[0].stream]
        assert own == [expected for expected in stream if expected.name != "unknown"]


def test_equal_streams_take_no_more_statements_than_one() -> None:
    streams = [[event(str(s), 1, "a"), event(str(s), 2, "b"), event(str(s), 3, "b")] for s in range(50)]
    assert [(statement, len(step)) for statement, step in waves(streams, fold)] == [("a", 50), ("b", 100)]


def test_what_lies_beyond_a_gap_waits() -> None:
    streams = collect(
        [Stream("x", 2, NEW_STREAM_DIGEST), Stream("y", 0, NEW_STREAM_DIGEST)],
        [event("x", 3), event("x", 4), event("x", 6), event("y", 2)],
    )
    assert [ready.seq for ready in streams["x"].ready] == [3, 4]
    assert (streams["x"].gap, streams["y"].gap, streams["y"].ready) == (5, 1, [])


def test_a_stream_advances_to_its_last_ready_event_and_chains_the_digest() -> None:
    stream = Stream("x", 0, NEW_STREAM_DIGEST)
    stream.offer([event("x", 1), event("x", 2)])
    digest = next_stream_digest(next_stream_digest(NEW_STREAM_DIGEST, b"x1"), b"x2")
    assert stream.advanced() == ("x", 2, digest, 102)
