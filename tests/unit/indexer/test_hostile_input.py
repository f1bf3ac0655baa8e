"""Whatever a node answers and a program emits: it is understood, or refused with a reason, and nothing falls over."""

import copy
import random
from collections.abc import Iterator
from typing import Any

import based58
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.indexer.recordings import FOLDER, recorded
from windlass_indexer.attribution import EVENT_TAG
from windlass_indexer.decode import events_of
from windlass_indexer.errors import TransactionMalformed
from windlass_indexer.event import Event, FollowedProgram
from windlass_indexer.transaction import Transaction
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.idl import Idl

VAULT = FollowedProgram(str(VAULT_PROGRAM_ID), Idl.load("collateral_vault_v2"))
WINDLASS = FollowedProgram(str(WINDLASS_PROGRAM_ID), Idl.load("windlass"))
NAMES = sorted(file.stem for file in FOLDER.glob("*.json"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def emitting(data: bytes) -> Transaction:
    """A recorded transaction in which the vault emits these bytes instead."""
    result = recorded("deposit_three_levels_deep")
    call = result["meta"]["innerInstructions"][0]["instructions"][3]
    call["data"] = based58.b58encode(EVENT_TAG + data).decode()
    return Transaction.parse(result)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the values within a JSON value are."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def fits_the_tables(event: Event) -> bool:
    """Whether PostgreSQL would take it."""
    numbers = (event.slot, event.transaction_index or 0, event.seq or 0, *event.path)
    place = all(type(number) is int and 0 <= number < 1 << 63 for number in numbers)
    small = all(number < 1 << 31 for number in (event.transaction_index or 0, *event.path))
    known = isinstance(event.signature, str) and 64 <= len(event.signature) <= 88
    return place and small and known and bool(orjson.dumps(event.data))


def read(result: Any) -> list[Event] | None:
    """The events, None where it was refused."""
    try:
        return list(VAULT.events(Transaction.parse(result)))
    except TransactionMalformed:
        return None


@given(result=JSON)
def test_any_json_is_refused_with_a_reason(result: Any) -> None:
    assert read(result) is None


@given(text=st.binary())
def test_any_bytes_are_refused_with_a_reason(text: bytes) -> None:
    with pytest.raises(TransactionMalformed):
        list(events_of(text, VAULT))


@given(name=st.sampled_from(NAMES), where=st.randoms(use_true_random=False), value=JSON)
def test_a_transaction_with_anything_at_any_place_is_read_or_refused(
    name: str, where: random.Random, value: Any
) -> None:
    result = copy.deepcopy(recorded(name))
    path = where.choice([path for path in places(result) if path])
    inner = result
    for key in path[:-1]:
        inner = inner[key]
    if where.random() < 0.3:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    events = read(result)
    assert events is None or all(map(fits_the_tables, events))


@given(data=st.binary(max_size=400))
def test_any_bytes_that_a_program_emits_are_kept(data: bytes) -> None:
    (event,) = VAULT.events(emitting(data))
    assert (event.raw, event.name) == (data, None)
    assert event.data == {"raw": data.hex()}


@pytest.mark.parametrize("program", [VAULT, WINDLASS], ids=["vault", "windlass"])
@given(data=st.data())
def test_known_events_with_any_content_are_decoded_or_kept(program: FollowedProgram, data: st.DataObject) -> None:
    discriminator = data.draw(st.sampled_from(sorted(program.idl.events)))
    emitted = discriminator + data.draw(st.binary(max_size=700))
    name, fields = program._decode(emitted)
    assert name in (None, program.idl.events[discriminator])
    assert orjson.dumps(fields)
    if name is None:
        assert fields == {"raw": emitted.hex()}


def test_a_number_in_a_stream_that_no_table_holds_is_no_place_in_it() -> None:
    (whole,) = VAULT.events(Transaction.parse(recorded("deposit_three_levels_deep")))
    (event,) = VAULT.events(emitting(whole.raw[:40] + b"\xff" * 8 + whole.raw[48:]))
    assert (event.stream, event.seq, event.name) == (None, None, "Deposited")
    assert fits_the_tables(event)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("slot", "7"),
        ("slot", -1),
        ("slot", 1 << 63),
        ("blockTime", "now"),
        ("blockTime", 1 << 42),
        ("transactionIndex", 1 << 31),
    ],
)
def test_a_place_that_no_node_gives_is_refused_by_its_name(key: str, value: Any) -> None:
    with pytest.raises(TransactionMalformed, match=f"`{key}` is no number"):
        Transaction.parse(recorded("vault_initialized") | {key: value})


@given(cut=st.integers(1, 160), more=st.binary(min_size=1, max_size=40))
def test_an_event_cut_short_is_kept_raw_and_a_longer_one_is_decoded_and_both_are_counted(cut: int, more: bytes) -> None:
    (whole,) = VAULT.events(Transaction.parse(recorded("deposit_three_levels_deep")))
    kind = whole.raw[:8].hex()
    before = VAULT.unknown[kind]
    (short,) = VAULT.events(emitting(whole.raw[:-cut]))
    assert (short.name, short.data) == (None, {"raw": whole.raw[:-cut].hex()})
    (longer,) = VAULT.events(emitting(whole.raw + more))
    assert (longer.name, longer.data, longer.raw) == (whole.name, whole.data, whole.raw + more)
    assert (longer.stream, longer.seq) == (whole.stream, whole.seq)
    assert VAULT.unknown[kind] == before + 2


def test_what_is_unknown_is_logged_at_its_first_tenth_and_hundredth(caplog: pytest.LogCaptureFixture) -> None:
    program = FollowedProgram(VAULT.address, VAULT.idl)
    for _ in range(120):
        list(program.events(emitting(b"\xff" * 20)))
    assert program.unknown == {"ff" * 8: 120}
    assert [record.getMessage().partition("kept ")[2] for record in caplog.records] == [
        "(1 so far)", "(10 so far)", "(100 so far)"
    ]  # fmt: skip
