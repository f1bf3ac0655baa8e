"""Every reason to say no is shown by a test."""

import re
from pathlib import Path

import pytest
from stack.chain import idl
from windlass_programs.artifacts import ProgramName

# Checked all the same: a call in which lamports vanish or go to a read-only account is refused by the runtime before.
UNREACHABLE = {"MigrationTookLamports"}


def named_in_tests() -> set[str]:
    """The quoted names in the tests here and below."""
    sources = [path.read_text() for path in Path(__file__).parent.rglob("test_*.py")]
    return set(re.findall(r'"([A-Z]\w+)"', "".join(sources)))


@pytest.mark.parametrize("program", ["windlass", "collateral_vault_v1", "collateral_vault_v2"])
def test_every_error_is_met_in_a_test(program: ProgramName) -> None:
    errors = {error["name"] for error in idl(program).json["errors"]}
    assert errors - named_in_tests() <= UNREACHABLE


def test_the_numbers_of_windlass_errors_are_those_that_were_published() -> None:
    """Clients keep them: a new error goes to the end."""
    errors = idl("windlass").json["errors"]
    assert [error["code"] for error in errors] == list(range(6000, 6000 + len(errors)))
    assert (errors[0]["name"], errors[24]["name"], errors[41]["name"]) == (
        "TooManyMembers",
        "AlreadyApproved",
        "InvariantViolated",
    )


@pytest.mark.parametrize("program", ["windlass", "collateral_vault_v1"])
def test_every_error_says_what_to_do(program: ProgramName) -> None:
    for error in idl(program).json["errors"]:
        assert len(error["msg"]) > 40, error["name"]
        assert not error["msg"].endswith("."), "Anchor ends it"
