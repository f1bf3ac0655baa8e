"""The old IDL format: anchorpy, which reads no other, agrees with us on what we write, and we read it ourselves."""

from hashlib import sha256
from typing import Any, get_args

import orjson
import pytest
from anchorpy.coder.coder import Coder
from anchorpy_core.idl import Idl as AnchorpyIdl
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from unit.programs.test_codec import TYPES, idl_with
from windlass_programs.artifacts import ProgramName
from windlass_programs.codec import Codec, UnknownDiscriminator
from windlass_programs.idl import Idl, IdlError, IdlWithoutAddress
from windlass_programs.legacy_idl import to_legacy

PROGRAMS = get_args(ProgramName)


def anchorpy_coder(idl: Idl) -> Coder:
    return Coder(AnchorpyIdl.from_json(orjson.dumps(to_legacy(idl.json)).decode()))


def encoded(idl: Idl, type_: Any) -> st.SearchStrategy[bytes]:
    """Borsh bytes of any value of this type."""
    match type_:
        case "bool":
            return st.sampled_from([b"\x00", b"\x01"])
        case "pubkey":
            return st.binary(min_size=32, max_size=32)
        case str():
            size = int(type_[1:]) // 8
            return st.binary(min_size=size, max_size=size)
        case {"array": [inner, int() as length]}:
            return st.lists(encoded(idl, inner), min_size=length, max_size=length).map(b"".join)
        case {"option": inner}:
            return st.one_of(st.just(b"\x00"), encoded(idl, inner).map(lambda some: b"\x01" + some))
        case {"vec": inner}:
            return st.lists(encoded(idl, inner), max_size=3).map(lambda i: len(i).to_bytes(4, "little") + b"".join(i))
        case {"defined": {"name": name}}:
            body = idl.types[name]["type"]
            if body["kind"] == "enum":
                return st.integers(0, len(body["variants"]) - 1).map(lambda index: bytes([index]))
            return st.tuples(*(encoded(idl, field["type"]) for field in body["fields"])).map(b"".join)
    raise AssertionError(f"no event has a field of this type: {type_}")


def plain(value: Any) -> Any:
    """What anchorpy decoded, as our codec would give it."""
    match value:
        case Pubkey():
            return str(value)
        case bool() | int() | None:
            return value
        case list() if len(value) in {8, 32} and all(isinstance(item, int) for item in value):
            return bytes(value).hex()
        case list():
            return [plain(item) for item in value]
    if fields := getattr(value, "__dataclass_fields__", None):
        return {_snake(name): plain(getattr(value, name)) for name in fields}
    return type(value).__name__  # a variant


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).rstrip("_")  # anchorpy: from_, for Python


@pytest.mark.parametrize("program", PROGRAMS)
@given(data=st.data())
def test_anchorpy_and_our_codec_read_the_same_events(program: ProgramName, data: st.DataObject) -> None:
    idl = Idl.load(program)
    coder, codec = anchorpy_coder(idl), Codec(idl)
    discriminator, name = data.draw(st.sampled_from(sorted(idl.events.items())))
    event = discriminator + data.draw(encoded(idl, {"defined": {"name": name}}))
    ours, theirs = codec.event(event), coder.events.parse(event)
    assert theirs is not None
    assert (ours.name, ours.fields) == (theirs.name, plain(theirs.data))


@pytest.mark.parametrize("program", PROGRAMS)
def test_anchorpy_derives_the_same_instruction_discriminators(program: ProgramName) -> None:
    idl = Idl.load(program)
    assert {bytes(i["discriminator"]) for i in idl.json["instructions"]} == set(
        anchorpy_coder(idl).instruction.sighash_layouts
    )


@pytest.mark.parametrize("program", PROGRAMS)
@given(data=st.data())
def test_an_idl_that_went_through_the_old_format_decodes_the_same(program: ProgramName, data: st.DataObject) -> None:
    idl = Idl.load(program)
    old = Idl.parse(orjson.dumps(to_legacy(idl.json)))
    assert (old.address, old.name, old.events) == (idl.address, idl.name, idl.events)
    # The old format has no discriminators: an account's own one (release 2 of the vault has one) is lost with it.
    assert sorted(old.accounts.values()) == sorted(idl.accounts.values())
    discriminator, name = data.draw(st.sampled_from(sorted(idl.events.items())))
    event = discriminator + data.draw(encoded(idl, {"defined": {"name": name}}))
    assert Codec(old).event(event) == Codec(idl).event(event)


@given(data=st.data())
def test_any_event_reads_the_same_by_its_idl_in_either_format(data: st.DataObject) -> None:
    type_, values = data.draw(TYPES)
    _, value = data.draw(values)
    discriminator = sha256(b"event:Happened").digest()[:8]
    idl = idl_with(type_, discriminator=discriminator)
    old = Idl.parse(orjson.dumps(to_legacy(idl.json)))
    assert Codec(old).event(discriminator + value) == Codec(idl).event(discriminator + value)


def old_idl(**parts: Any) -> bytes:
    return orjson.dumps({"version": "0.1.0", "name": "old", "instructions": [], **parts})


def test_an_old_idl_is_about_the_program_that_the_caller_names() -> None:
    known, other = str(Pubkey(bytes([1] * 32))), str(Pubkey(bytes([2] * 32)))
    assert str(Idl.parse(old_idl(metadata={"address": known})).address) == known
    assert str(Idl.parse(old_idl(metadata={"address": known}), other).address) == other
    with pytest.raises(IdlWithoutAddress, match="name the program"):
        Idl.parse(old_idl())


def test_every_kind_of_type_of_the_old_format_is_read() -> None:
    fields = [
        {"name": "newOwner", "type": "publicKey", "index": False},
        {"name": "amountUSD", "type": {"option": {"defined": "Amount"}}, "index": True},
        {"name": "side", "type": {"defined": "Side"}},
        {"name": "token2022Mints", "type": {"array": ["u16", 2]}},
    ]
    sides = [
        {"name": "Bid"},
        {"name": "Ask", "fields": [{"name": "limitPrice", "type": "u8"}]},
        {"name": "Both", "fields": ["u8", "u8"]},
    ]
    types = [
        {"name": "Amount", "type": {"kind": "alias", "value": "u64"}},
        {"name": "Side", "type": {"kind": "enum", "variants": sides}},
    ]
    idl = Idl.parse(old_idl(types=types, events=[{"name": "Traded", "fields": fields}]), str(Pubkey.default()))
    traded = sha256(b"event:Traded").digest()[:8] + bytes(32) + b"\x01" + (7).to_bytes(8, "little")
    rest = b"\x01\x00\x02\x00"
    decoded = Codec(idl).event(traded + b"\x01\x09" + rest)
    assert decoded.fields == {
        "new_owner": str(Pubkey.default()),
        "amount_usd": 7,
        "side": {"Ask": {"limit_price": 9}},
        "token2022_mints": [1, 2],
    }
    assert Codec(idl).event(traded + b"\x02\x01\x02" + rest).fields["side"] == {"Both": [1, 2]}


def test_a_type_may_have_an_events_name_in_the_old_format() -> None:
    types = [{"name": "Paid", "type": {"kind": "struct", "fields": [{"name": "a", "type": "u8"}]}}]
    events = [{"name": "Paid", "fields": [{"name": "parts", "type": {"vec": {"defined": "Paid"}}}]}]
    idl = Idl.parse(old_idl(types=types, events=events), str(Pubkey.default()))
    paid = sha256(b"event:Paid").digest()[:8]
    assert Codec(idl).event(paid + b"\x01\x00\x00\x00\x05").fields == {"parts": [{"a": 5}]}


@pytest.mark.parametrize("part", [{"events": [{"name": "NoFields"}]}, {"types": [{"name": "NoType"}]}, {"events": 5}])
def test_what_is_in_neither_format_is_refused(part: dict[str, Any]) -> None:
    with pytest.raises(IdlError, match="not in the format"):
        Idl.parse(old_idl(**part), str(Pubkey.default()))


def test_an_event_that_cannot_be_decoded_leaves_the_others_readable() -> None:
    events = [
        {"name": "Odd", "fields": [{"name": "map", "type": {"hashMap": ["u8", "u8"]}}]},
        {"name": "Plain", "fields": [{"name": "value", "type": "u8"}]},
    ]
    idl = Idl.parse(old_idl(events=events), str(Pubkey.default()))
    with pytest.raises(IdlError, match="cannot be decoded"):
        Codec(idl)
    codec = Codec(idl, lenient=True)
    assert "cannot be decoded" in codec.undecodable["Odd"]
    assert codec.event(sha256(b"event:Plain").digest()[:8] + b"\x05").fields == {"value": 5}
    with pytest.raises(UnknownDiscriminator):
        codec.event(sha256(b"event:Odd").digest()[:8] + bytes(4))
