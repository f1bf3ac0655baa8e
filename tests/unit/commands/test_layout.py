"""`windlass layout`: what a release does to accounts, the plan that follows, and why it would corrupt them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from windlass_commands.account_shapes import shapes_of
from windlass_commands.cli import main
from windlass_commands.derived_plan import derived_plan
from windlass_commands.errors import Refused
from windlass_commands.field_maps import field_map_problem
from windlass_commands.layout_changes import Declared, changes
from windlass_commands.layout_gate import Idls, idl_beside, require_safe
from windlass_commands.plan_file import read_plan
from windlass_programs.artifacts import idl_path
from windlass_programs.idl import Idl

V1: dict[str, Any] = {"owner": "pubkey", "total": "u64", "flags": {"array": ["u8", 4]}, "created_at": "i64"}
SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "i128": 16, "pubkey": 32, "bool": 1}


def idl(accounts: dict[str, tuple[bytes, dict[str, Any]]], **types: Any) -> dict[str, Any]:
    """An IDL with these accounts: discriminator and fields of each."""
    structs = {name: fields for name, (_, fields) in accounts.items()} | types
    return {
        "address": "11111111111111111111111111111111",
        "metadata": {"name": "bank", "version": "1.0.0", "spec": "0.1.0"},
        "instructions": [],
        "accounts": [{"name": name, "discriminator": list(tag)} for name, (tag, _) in accounts.items()],
        "types": [
            {"name": name, "type": fields if "kind" in fields else struct(fields)} for name, fields in structs.items()
        ],
    }


def struct(fields: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "struct", "fields": [{"name": name, "type": type_} for name, type_ in fields.items()]}


def run(tmp_path: Path, old: dict[str, Any], new: dict[str, Any], *options: str) -> tuple[int, Any]:
    """`windlass layout` on two IDLs: exit code and JSON."""
    files = [tmp_path / "old.json", tmp_path / "new.json"]
    for file, content in zip(files, (old, new), strict=True):
        file.write_text(json.dumps(content))
    ended = CliRunner().invoke(main, ["layout", *map(str, files), *options, "--json"])
    return ended.exit_code, json.loads(ended.stdout)


def safe(fields: dict[str, Any], name: str = "Safe", tag: bytes = b"safe___2", **types: Any) -> dict[str, Any]:
    return idl({name: (tag, fields)}, **types)


OLD = safe(V1, tag=b"safe___1")


def test_fields_that_move_stay_and_are_new_are_told_and_the_plan_has_every_byte(tmp_path: Path) -> None:
    new = {"owner": "pubkey", "limit": "u64", "flags": V1["flags"], "created_at": "i64", "total": "u64"}
    plan_file = tmp_path / "plan.json"
    code, told = run(tmp_path, OLD, safe(new), "--write", str(plan_file), "--may-strand", "3", "--receipts")
    (account,) = told["accounts"]
    assert (code, told["migration_needed"], told["problems"]) == (0, True, [])
    assert (account["old_size"], account["new_size"], account["stay"]) == (60, 68, ["owner", "flags", "created_at"])
    assert (account["move"], account["new"]) == ([{"field": "total", "from": 40, "to": 60}], ["limit"])
    layout = told["plan"]["layouts"][0]
    assert layout["mapped"] == [
        {"from": 8, "to": 8, "len": 32},
        {"from": 40, "to": 60, "len": 8},
        {"from": 48, "to": 48, "len": 12},
    ]
    assert layout["dropped"] == []
    plan = read_plan(plan_file)
    assert (plan.may_strand, plan.receipts, field_map_problem(plan)) == (3, True, None)


def test_accounts_that_stay_as_they_are_need_no_migration(tmp_path: Path) -> None:
    code, told = run(tmp_path, OLD, OLD)
    assert (code, told["migration_needed"], told["plan"]) == (0, False, None)


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (safe({**V1, "more": "u8"}, tag=b"safe___1"), "keeps its discriminator 736166655f5f5f31 with another layout"),
        (safe({**V1, "total": "i64"}), "field Safe.total is u64 and becomes i64"),
        (safe({name: V1[name] for name in ("owner", "total", "flags")}), "field Safe.created_at (i64, bytes 52..60)"),
        (
            idl({"Safe": (b"safe___2", {"owner": "pubkey", "note": "string", "more": "u8"})}),
            "in the new Safe, field more lies behind note",
        ),
        (safe({**V1, "note": "string"}), "--size Safe=OLD:NEW does"),
        (safe({**V1, "room": {"array": ["u8", 10_241]}}), "would change from 60 to 10,301 bytes"),
        (safe(V1, tag=b"short"), "has the discriminator 73686f7274; a migration tells accounts apart by 8 bytes"),
        (safe(V1, name="Vault"), "is in the old IDL and not in the new one"),
        (
            idl({"Safe": (b"safe___2", V1), "Other": (b"safe___1", V1)}),
            "the new account Other has the discriminator of",
        ),
    ],
)
def test_what_would_corrupt_accounts_is_refused_with_the_reason(tmp_path: Path, new: Any, reason: str) -> None:
    target = tmp_path / "plan.json"
    code, told = run(tmp_path, OLD, new, "--write", str(target))
    assert (code, told["error"]["kind"], told["error"]["plan"]) == (1, "LayoutUnsafe", None)
    assert told["error"]["message"].startswith("This would corrupt accounts: ")
    assert any(reason in problem for problem in told["error"]["problems"])
    assert not target.exists()


def test_an_enum_whose_variants_change_places_is_another_type(tmp_path: Path) -> None:
    def state(*names: str) -> dict[str, Any]:
        return {"kind": "enum", "variants": [{"name": name} for name in names]}

    fields = {"state": {"defined": {"name": "State"}}}
    old = safe(fields, tag=b"safe___1", State=state("Open", "Closed"))
    code, told = run(tmp_path, old, safe(fields, State=state("Closed", "Open")))
    assert code == 1
    assert "State {Open, Closed} and becomes State {Closed, Open}" in told["error"]["message"]


def test_more_than_a_plan_holds_is_refused(tmp_path: Path) -> None:
    scattered = {f"f{number}": "u8" for number in range(90)}
    turned = dict(reversed(scattered.items()))
    code, told = run(tmp_path, safe(scattered, tag=b"safe___1"), safe(turned))
    assert (code, "and a plan has 512" in told["error"]["message"]) == (1, True)
    five = {f"A{number}": (b"account%d" % number, {"a": "u8"}) for number in range(5)}
    other = {name: (b"ACCOUNT" + tag[-1:], fields) for name, (tag, fields) in five.items()}
    code, told = run(tmp_path, idl(five), idl(other))
    assert (code, "a plan has room for 4" in told["error"]["message"]) == (1, True)


def test_what_the_operator_declares_settles_what_idls_cannot_tell(tmp_path: Path) -> None:
    new = {"keeper": "pubkey", "total": "i64", "created_at": "i64"}
    options = ("--rename", "Safe=Vault", "--rename", "Safe.owner=Safe.keeper", "--drop", "Safe.total")
    code, told = run(tmp_path, OLD, safe(new, name="Vault"), *options, "--drop", "Safe.flags", "--size", "Safe=64:96")
    assert (code, told["accounts"][0]["dropped"]) == (0, ["total", "flags"])
    (layout,) = told["plan"]["layouts"]
    assert (layout["old"]["size"], layout["new"]["size"]) == (64, 96)
    assert layout["dropped"] == [{"from": 40, "len": 12}, {"from": 60, "len": 4}]
    code, told = run(tmp_path, OLD, OLD, "--drop", "Safe.nothing")
    assert (code, "the old IDL has no such account or field" in told["error"]["message"]) == (1, True)


@given(st.permutations(list(SIZES)), st.permutations(list(SIZES)), st.sets(st.sampled_from(list(SIZES))))
def test_a_derived_plan_keeps_the_rule_of_the_program_whatever_moves(
    old: list[str], new: list[str], dropped: set[str]
) -> None:
    before = Idl.parse(json.dumps(safe({f"f_{type_}": type_ for type_ in old}, tag=b"safe___1")))
    after = Idl.parse(json.dumps(safe({f"f_{type_}": type_ for type_ in new if type_ not in dropped})))
    declared = Declared(dropped=frozenset(f"Safe.f_{type_}" for type_ in dropped))
    plan = derived_plan(changes(shapes_of(before), shapes_of(after), declared))
    assert plan is not None
    assert field_map_problem(plan) is None
    (layout,) = plan.layouts
    kept = sum(each.len for each in layout.mapped)
    assert kept == sum(SIZES[type_] for type_ in SIZES if type_ not in dropped)


Ask = Callable[..., list[str]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Asks the gate of a release with these fields; its plan is the obvious one with a change, or there is none."""
    old, new, plan = (tmp_path / f"{name}.json" for name in ("old", "new", "plan"))
    old.write_text(json.dumps(OLD))

    def gate(fields: dict[str, Any], change: dict[str, Any] | None, tag: bytes = b"safe___2") -> list[str]:
        new.write_text(json.dumps(safe(fields, tag=tag)))
        layout = {
            "old": {"discriminator": b"safe___1".hex(), "size": 60},
            "new": {"discriminator": tag.hex(), "size": 68},
            "mapped": [{"from": 8, "to": 8, "len": 52}],
            "dropped": [],
        }
        if change is not None:
            plan.write_text(json.dumps({"layouts": [layout | change]}))
        return require_safe(Idls(old, new), None if change is None else read_plan(plan))

    return gate


GROWN = {**V1, "limit": "u64"}


def test_a_proposal_passes_where_accounts_stay_or_its_plan_says_what_they_become(ask: Ask) -> None:
    assert ask(GROWN, {}) == ["Its migration plan is what the IDLs say of Safe."]
    assert ask(V1, None, b"safe___1") == ["Its IDL has every account laid out as the running code's has."]
    assert "--old-idl" in require_safe(Idls(None, None), None)[0]


@pytest.mark.parametrize(
    ("fields", "change", "reason"),
    [
        (GROWN, None, "account Safe changes and the proposal has no migration plan for it"),
        (
            {"limit": "u64", **V1},
            {},
            "the plan moves field Safe.owner (Pubkey, bytes 8..40) to byte 8, and the new code reads it at 16",
        ),
        (
            GROWN,
            {"mapped": [{"from": 8, "to": 8, "len": 40}], "dropped": [{"from": 48, "len": 12}]},
            "the plan drops field Safe.flags",
        ),
        ({**GROWN, "total": "i64"}, {}, "field Safe.total is u64 and becomes i64, and the plan keeps its bytes"),
        (GROWN, {"new": {"discriminator": b"safe___3".hex(), "size": 68}}, "no account of the new IDL is that"),
    ],
)
def test_a_proposal_is_refused_where_its_plan_is_not_what_its_code_reads(
    ask: Ask, fields: dict[str, Any], change: dict[str, Any] | None, reason: str
) -> None:
    with pytest.raises(Refused, match="this upgrade would corrupt accounts") as refused:
        ask(fields, change)
    assert reason in str(refused.value)


def test_an_idl_is_found_beside_the_program_as_anchor_lays_them(tmp_path: Path) -> None:
    elf = tmp_path / "target" / "deploy" / "bank.so"
    assert idl_beside(elf) is None
    beside = tmp_path / "target" / "idl" / "bank.json"
    beside.parent.mkdir(parents=True)
    beside.write_text("{}")
    assert idl_beside(elf) == beside
    assert idl_beside(idl_path("collateral_vault_v1").with_suffix(".so")) == idl_path("collateral_vault_v1")


def test_a_file_that_is_no_idl_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("[]")
    ended = CliRunner().invoke(main, ["layout", str(tmp_path / "old.json"), str(tmp_path / "none.json")])
    assert (ended.exit_code, "is no IDL that can be read" in " ".join(ended.stderr.split())) == (2, True)
