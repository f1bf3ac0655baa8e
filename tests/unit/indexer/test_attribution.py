"""Which inner instructions are a program's events; the transactions were run by the real SVM."""

from dataclasses import fields, is_dataclass
from typing import Any

import orjson
import pytest
from anchorpy.coder.coder import Coder
from anchorpy_core.idl import Idl as LegacyIdl
from solders.pubkey import Pubkey
from unit.indexer.recordings import recorded
from windlass_indexer.attribution import EVENT_TAG, Emission, emissions, event_authority
from windlass_indexer.event import Event, FollowedProgram
from windlass_indexer.transaction import Transaction
from windlass_programs.addresses import VAULT_PROGRAM_ID
from windlass_programs.artifacts import idl_path
from windlass_programs.idl import Idl
from windlass_programs.legacy_idl import to_legacy

VAULT = str(VAULT_PROGRAM_ID)
AUTHORITY = event_authority(VAULT)
FOLLOWED = FollowedProgram(VAULT, Idl.load("collateral_vault_v1"))


def emitted(result: dict[str, Any], program: str = VAULT) -> list[Emission]:
    return list(emissions(Transaction.parse(result), program, event_authority(program)))


def events(name: str) -> list[Event]:
    return list(FOLLOWED.events(Transaction.parse(recorded(name))))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vault_initialized", [("VaultInitialized", 1)]),
        ("deposit_three_levels_deep", [("Deposited", 2)]),
        ("deposit_and_withdrawal_in_one_instruction", [("Deposited", 3), ("Withdrawn", 4)]),
        ("deposit_that_failed", []),
        ("event_call_taken_by_another_program", []),
        ("deposit_with_lookup_table", [("Deposited", 5)]),
    ],
)
def test_exactly_the_programs_own_events_are_found(name: str, expected: list[tuple[str, int]]) -> None:
    assert [(event.name, event.seq) for event in events(name)] == expected


def test_the_other_program_has_its_own_event_authority() -> None:
    result = recorded("event_call_taken_by_another_program")
    impostor = next(key for key in result["transaction"]["message"]["accountKeys"] if key.startswith("Fwd2"))
    assert emitted(result, impostor) == []


def test_an_event_call_by_another_caller_is_not_believed() -> None:
    """Anchor refuses such a call; were one to succeed, the tree of calls would still tell."""
    result = recorded("deposit_three_levels_deep")
    result["meta"]["innerInstructions"][0]["instructions"][3]["stackHeight"] = 2
    assert emitted(result) == []


def test_an_outer_instruction_with_the_event_tag_is_nobodys_event() -> None:
    result = recorded("deposit_three_levels_deep")
    event = result["meta"]["innerInstructions"][0]["instructions"][3]
    result["transaction"]["message"]["instructions"].append(event)
    result["meta"]["innerInstructions"] = []
    assert emitted(result) == []


def test_without_stack_heights_the_event_authority_is_what_counts() -> None:
    result = recorded("deposit_three_levels_deep")
    for call in result["meta"]["innerInstructions"][0]["instructions"]:
        call["stackHeight"] = None
    (emission,) = emitted(result)
    assert emission.path == (1, 3)


def test_logs_are_not_looked_at() -> None:
    result = recorded("deposit_and_withdrawal_in_one_instruction")
    result["meta"]["logMessages"] = None
    assert len(emitted(result)) == 2


def test_the_tag_is_not_part_of_what_is_emitted() -> None:
    (emission,) = emitted(recorded("vault_initialized"))
    assert not emission.raw.startswith(EVENT_TAG)
    assert emission.raw[:8] in FOLLOWED.idl.events


def test_an_event_that_the_idl_does_not_know_is_kept_raw_with_its_place_in_the_stream() -> None:
    known = events("vault_initialized")[0]
    windlass = FollowedProgram(VAULT, Idl.load("windlass"))
    (unknown,) = windlass.events(Transaction.parse(recorded("vault_initialized")))
    assert (unknown.name, unknown.data) == (None, {"raw": known.raw.hex()})
    assert (unknown.stream, unknown.seq) == (known.stream, known.seq)


@pytest.mark.parametrize(
    "name", ["vault_initialized", "deposit_and_withdrawal_in_one_instruction", "deposit_with_lookup_table"]
)
def test_anchorpy_reads_the_same_values_from_the_same_bytes(name: str) -> None:
    legacy = to_legacy(orjson.loads(idl_path("collateral_vault_v1").read_bytes()))
    coder = Coder(LegacyIdl.from_json(orjson.dumps(legacy).decode()))
    for event in events(name):
        peers = coder.events.parse(event.raw)
        assert event.name == peers.name
        assert event.data == plain(peers.data)


def plain(value: Any) -> Any:
    """anchorpy's values as the JSON values that the indexer keeps."""
    if isinstance(value, Pubkey):
        return str(value)
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value
