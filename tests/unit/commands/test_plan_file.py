"""A migration plan's file: what it says is what is voted on, and what it does not say is told."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from windlass_commands.errors import UsageProblem
from windlass_commands.field_maps import field_map_problem, plan_json, plan_lines
from windlass_commands.plan_file import read_plan

LAYOUT: dict[str, Any] = {
    "old": {"discriminator": "account:Vault", "size": 64},
    "new": {"discriminator": "6c65646765725f32", "size": 96},
    "mapped": [{"from": 8, "to": 40, "len": 48}],
    "dropped": [{"from": 56, "len": 8}],
}


def read(tmp_path: Path, content: Any) -> Any:
    file = tmp_path / "plan.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_plan(file)


def with_layout(**changes: Any) -> dict[str, Any]:
    return {"layouts": [{**LAYOUT, **changes}]}


def test_what_is_shown_of_a_plan_is_a_file_of_the_same_plan(tmp_path: Path) -> None:
    plan = read(tmp_path, {"layouts": [LAYOUT], "may_strand": 3, "receipts": True})
    assert plan.layouts[0].old_discriminator == sha256(b"account:Vault").digest()[:8]
    assert (plan.may_strand, plan.receipts) == (3, True)
    assert read(tmp_path, plan_json(plan)) == plan
    assert field_map_problem(plan) is None


def test_members_see_where_each_byte_goes(tmp_path: Path) -> None:
    text = "\n".join(plan_lines(read(tmp_path, with_layout())))
    assert "8..56 at 40..88" in text
    assert "dropped     56..64" in text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "cannot be read as JSON"),
        ([], "the plan should be an object, but is []"),
        ({}, "the plan needs layouts"),
        ({"layouts": [LAYOUT], "strand": 1}, "the plan has strand, and knows layouts, may_strand, receipts only"),
        ({"layouts": [LAYOUT], "receipts": 1}, "receipts of the plan should be true or false, but is 1"),
        (with_layout(old={"discriminator": "6c65", "size": 64}), "should be 16 hexadecimal digits or account:NAME"),
        (
            with_layout(mapped=[{"from": 8, "to": 70_000, "len": 1}]),
            "to of mapped range 1 of layout 1 of the plan",
        ),
        (with_layout(mapped=[{"from": True, "to": 8, "len": 1}]), "from 0 to 65,535, but is true"),
    ],
)
def test_what_is_no_plan_is_told_with_its_place(tmp_path: Path, content: Any, sentence: str) -> None:
    with pytest.raises(UsageProblem) as told:
        read(tmp_path, content)
    assert sentence in str(told.value)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"dropped": []}, "bytes 56..64 are neither mapped nor dropped of the old layout"),
        ({"dropped": [{"from": 50, "len": 14}]}, "bytes 50..56 are named twice of the old layout"),
        ({"dropped": [{"from": 56, "len": 9}]}, "bytes 56..65 leave the fields, 8..64, of the old layout"),
        ({"mapped": [{"from": 8, "to": 50, "len": 48}]}, "bytes 50..98 leave the fields, 8..96, of the new layout"),
        ({"mapped": [{"from": 8, "to": 0, "len": 48}]}, "bytes 0..48 leave the fields, 8..96, of the new layout"),
        ({"dropped": [{"from": 56, "len": 8}, {"from": 9, "len": 0}]}, "an empty range lies at byte 9 of the old"),
    ],
)
def test_the_byte_that_breaks_the_field_map_is_named(tmp_path: Path, changes: Any, problem: str) -> None:
    assert problem in str(field_map_problem(read(tmp_path, with_layout(**changes))))
