"""Another team's program, by the IDL that it publishes: from a node's answer to rows, for each of its events."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import based58
import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from unit.indexer.recordings import recorded
from unit.programs.test_codec import SCALARS, Pair, with_length
from windlass_indexer.attribution import EVENT_TAG, event_authority
from windlass_indexer.chain import Chain
from windlass_indexer.event import FollowedProgram
from windlass_indexer.ingest import Ingest
from windlass_indexer.rpc import Rpc
from windlass_indexer.store import Cursor, Store
from windlass_programs.addresses import VAULT_PROGRAM_ID

IDL_FILE = Path(__file__).parents[2] / "unit" / "programs" / "idls" / "validator_bonds.json"
BONDS = FollowedProgram.from_idl(IDL_FILE)


def values(type_: Any) -> st.SearchStrategy[Pair]:
    """Values of an IDL type as JSON, with their Borsh bytes: the counterpart of the codec, made apart from it."""
    match type_:
        case str():
            return SCALARS[type_]
        case {"option": inner}:
            return st.one_of(st.just((None, b"\x00")), values(inner).map(lambda pair: (pair[0], b"\x01" + pair[1])))
        case {"vec": inner}:
            return st.lists(values(inner), max_size=3).map(with_length)
        case {"array": ["u8", length]}:
            return st.binary(min_size=length, max_size=length).map(lambda data: (data.hex(), data))
        case {"defined": {"name": name}}:
            return defined(BONDS.idl.types[name]["type"])
    raise AssertionError(f"the IDL has a type that this test does not know: {type_}")


def defined(body: Any) -> st.SearchStrategy[Pair]:
    if body["kind"] == "enum":
        return st.one_of([variant(number, body) for number, body in enumerate(body["variants"])])
    return fields(body["fields"])


def variant(number: int, body: Any) -> st.SearchStrategy[Pair]:
    if not body.get("fields"):
        return st.just((body["name"], bytes([number])))
    return fields(body["fields"]).map(lambda pair: ({body["name"]: pair[0]}, bytes([number]) + pair[1]))


def fields(of: list[Any]) -> st.SearchStrategy[Pair]:
    """An object where they have names, else a list."""
    named = all(isinstance(field, dict) and "name" in field for field in of)
    pairs = st.tuples(*(values(field["type"] if named else field) for field in of))

    def joined(found: tuple[Pair, ...]) -> Pair:
        each = [value for value, _ in found]
        value = dict(zip([field["name"] for field in of], each, strict=True)) if named else each
        return value, b"".join(data for _, data in found)

    return pairs.map(joined)


@pytest.mark.parametrize("name", sorted(BONDS.idl.events.values()))
@given(data=st.data())
def test_each_of_its_events_is_read_as_it_was_written(name: str, data: st.DataObject) -> None:
    (discriminator,) = [key for key, value in BONDS.idl.events.items() if value == name]
    value, encoded = data.draw(defined(BONDS.idl.types[name]["type"]))
    decoded = BONDS.codec.event(discriminator + encoded)
    assert (decoded.name, decoded.fields, decoded.rest) == (name, value, 0)


@pytest.fixture
async def store(database: str) -> AsyncIterator[tuple[asyncpg.Pool, Store]]:
    async with asyncpg.create_pool(database, min_size=1, max_size=2) as pool:
        yield pool, Store(pool, [BONDS])


async def test_its_transactions_become_rows(store: tuple[asyncpg.Pool, Store]) -> None:
    """The shape of a transaction that the SVM ran, with this program in the vault's place."""
    pool, writer = store
    (discriminator,) = [key for key, value in BONDS.idl.events.items() if value == "CloseSettlementEvent"]
    event_type = BONDS.idl.types["CloseSettlementEvent"]["type"]
    value, encoded = filled(event_type["fields"])
    result = recorded("deposit_three_levels_deep")
    result["meta"]["innerInstructions"][0]["instructions"][3]["data"] = based58.b58encode(
        EVENT_TAG + discriminator + encoded
    ).decode()
    text = json.dumps(result).replace(str(VAULT_PROGRAM_ID), BONDS.address)
    text = text.replace(event_authority(str(VAULT_PROGRAM_ID)), BONDS.authority)
    async with Rpc("http://127.0.0.1:1") as nowhere:
        ingest = Ingest(BONDS, Chain(nowhere), writer, lambda: 1_000)
        done = await ingest.keep(["signature"], [json.loads(text)], Cursor(1_000, None))
    assert len(done.events) == 1
    row = await pool.fetchrow("SELECT program, name, stream, path, bytes, data FROM events")
    assert (row["program"], row["name"], row["stream"]) == (BONDS.address, "CloseSettlementEvent", None)
    assert (json.loads(row["data"]), row["bytes"]) == (value, discriminator + encoded)
    assert row["path"] == [1, 0, 0, 1]


def filled(of: list[Any]) -> Pair:
    """A value for each field: keys of ones, numbers that count up, no options."""
    value: dict[str, Any] = {}
    encoded = b""
    for number, field in enumerate(of):
        match field["type"]:
            case "pubkey":
                value[field["name"]], data = str(Pubkey(bytes([number] * 32))), bytes([number] * 32)
            case "u64":
                value[field["name"]], data = number, number.to_bytes(8, "little")
            case {"array": ["u8", length]}:
                value[field["name"]], data = bytes(length).hex(), bytes(length)
            case {"option": _}:
                value[field["name"]], data = None, b"\x00"
            case other:
                raise AssertionError(f"not in this event: {other}")
        encoded += data
    return value, encoded
