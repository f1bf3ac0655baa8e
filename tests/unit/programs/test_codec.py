"""The codec made from an IDL reads what Borsh writes, and says what is wrong with anything else."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from windlass_programs.codec import Codec, MalformedData, UnknownDiscriminator
from windlass_programs.idl import Idl, IdlError

DISCRIMINATOR = bytes(range(1, 9))

Pair = tuple[Any, bytes]  # a value as the codec gives it, and its Borsh bytes


def idl_with(type_: Any, types: list[dict[str, Any]] | None = None, discriminator: bytes = DISCRIMINATOR) -> Idl:
    event = {"name": "Happened", "type": {"kind": "struct", "fields": [{"name": "value", "type": type_}]}}
    return Idl.parse(
        orjson.dumps(
            {
                "address": str(Pubkey.default()),
                "metadata": {"name": "example", "version": "0.1.0", "spec": "0.1.0"},
                "instructions": [],
                "events": [{"name": "Happened", "discriminator": list(discriminator)}],
                "types": [event, *(types or [])],
            }
        )
    )


def integers(bits: int, signed: bool) -> st.SearchStrategy[Pair]:
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return st.integers(low, high).map(
        lambda n: (n if bits <= 64 else str(n), n.to_bytes(bits // 8, "little", signed=signed))
    )


def with_length(items: list[Pair]) -> Pair:
    return [value for value, _ in items], len(items).to_bytes(4, "little") + b"".join(data for _, data in items)


SCALARS: dict[str, st.SearchStrategy[Pair]] = {
    "bool": st.booleans().map(lambda b: (b, bytes([b]))),
    "string": st.text(max_size=20).map(lambda s: (s, len(s.encode()).to_bytes(4, "little") + s.encode())),
    "bytes": st.binary(max_size=20).map(lambda b: (b.hex(), len(b).to_bytes(4, "little") + b)),
    "pubkey": st.binary(min_size=32, max_size=32).map(lambda b: (str(Pubkey.from_bytes(b)), b)),
    **{f"u{bits}": integers(bits, False) for bits in (8, 16, 32, 64, 128, 256)},
    **{f"i{bits}": integers(bits, True) for bits in (8, 16, 32, 64, 128, 256)},
}


def composed(inner: st.SearchStrategy[tuple[Any, st.SearchStrategy[Pair]]]) -> st.SearchStrategy[Any]:
    def option(case: tuple[Any, st.SearchStrategy[Pair]]) -> tuple[Any, st.SearchStrategy[Pair]]:
        some = case[1].map(lambda pair: (pair[0], b"\x01" + pair[1]))
        return {"option": case[0]}, st.one_of(st.just((None, b"\x00")), some)

    def vec(case: tuple[Any, st.SearchStrategy[Pair]]) -> tuple[Any, st.SearchStrategy[Pair]]:
        return {"vec": case[0]}, st.lists(case[1], max_size=4).map(with_length)

    return st.one_of(inner.map(option), inner.map(vec))


TYPES = st.recursive(st.sampled_from(list(SCALARS.items())), composed, max_leaves=3)


@given(st.data())
def test_every_borsh_value_is_read_back_as_it_was_written(data: st.DataObject) -> None:
    type_, values = data.draw(TYPES)
    value, encoded = data.draw(values)
    decoded = Codec(idl_with(type_)).event(DISCRIMINATOR + encoded)
    assert (decoded.name, decoded.fields) == ("Happened", {"value": value})


@given(st.data())
def test_a_value_cut_short_is_refused_and_never_guessed(data: st.DataObject) -> None:
    type_, values = data.draw(TYPES)
    _, encoded = data.draw(values)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    with pytest.raises(MalformedData, match="event Happened of example"):
        Codec(idl_with(type_)).event(DISCRIMINATOR + encoded[:cut])


def test_a_forged_length_allocates_nothing() -> None:
    with pytest.raises(MalformedData, match="4294967295 elements cannot fit"):
        Codec(idl_with({"vec": "u64"})).event(DISCRIMINATOR + b"\xff\xff\xff\xff")


def test_an_array_of_bytes_is_hex_and_other_arrays_are_lists() -> None:
    assert Codec(idl_with({"array": ["u8", 3]})).event(DISCRIMINATOR + b"\x01\xab\x00").fields == {"value": "01ab00"}
    assert Codec(idl_with({"array": ["u16", 2]})).event(DISCRIMINATOR + b"\x01\x00\x02\x00").fields == {"value": [1, 2]}


def test_variants_are_named_and_their_fields_kept() -> None:
    shape = {
        "name": "Shape",
        "type": {
            "kind": "enum",
            "variants": [
                {"name": "Point"},
                {"name": "Circle", "fields": [{"name": "radius", "type": "u8"}]},
                {"name": "Line", "fields": ["u8", "u8"]},
            ],
        },
    }
    codec = Codec(idl_with({"defined": {"name": "Shape"}}, [shape]))
    assert codec.event(DISCRIMINATOR + b"\x00").fields == {"value": "Point"}
    assert codec.event(DISCRIMINATOR + b"\x01\x07").fields == {"value": {"Circle": {"radius": 7}}}
    assert codec.event(DISCRIMINATOR + b"\x02\x07\x08").fields == {"value": {"Line": [7, 8]}}
    with pytest.raises(MalformedData, match="Shape has 3 variants, number 3 came"):
        codec.event(DISCRIMINATOR + b"\x03")


def test_a_type_may_contain_itself() -> None:
    tree = {
        "name": "Tree",
        "type": {
            "kind": "struct",
            "fields": [{"name": "children", "type": {"vec": {"defined": {"name": "Tree"}}}}],
        },
    }
    codec = Codec(idl_with({"defined": {"name": "Tree"}}, [tree]))
    leaf = bytes(4)
    assert codec.event(DISCRIMINATOR + b"\x01\x00\x00\x00" + leaf).fields == {"value": {"children": [{"children": []}]}}


def test_discriminators_of_any_length_are_known() -> None:
    assert Codec(idl_with("u8", discriminator=b"\x09")).event(b"\x09\x05").fields == {"value": 5}


def test_unknown_data_is_named_as_such() -> None:
    with pytest.raises(UnknownDiscriminator, match="begins with ffffffffffffffff"):
        Codec(idl_with("u8")).event(b"\xff" * 20)
    with pytest.raises(UnknownDiscriminator):
        Codec(idl_with("u8")).event(b"")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"not json", "this is not JSON"),
        (b"[]", "a list came"),
        (b'{"name": "old", "instructions": []}', "has no `address`"),
        (b'{"address": "nonsense", "metadata": {"name": "x"}}', "not in the format"),
        (b'{"address": "11111111111111111111111111111111"}', "not in the format"),
    ],
)
def test_what_is_no_idl_is_refused_with_the_reason(text: bytes, message: str) -> None:
    with pytest.raises(IdlError, match=message):
        Idl.parse(text)


def test_a_type_that_the_idl_does_not_define_is_named() -> None:
    with pytest.raises(IdlError, match="uses the type Missing"):
        Codec(idl_with({"defined": {"name": "Missing"}}))
