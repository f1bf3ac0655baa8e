"""anchorpy, which reads the old IDL format only, understands what we make of the current one, and agrees with us."""

from typing import Any, get_args

import orjson
import pytest
from anchorpy.coder.coder import Coder
from anchorpy_core.idl import Idl as AnchorpyIdl
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from windlass_programs.artifacts import ProgramName
from windlass_programs.codec import Codec
from windlass_programs.idl import Idl
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
