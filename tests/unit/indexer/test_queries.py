"""The SQL files: every statement has one name, every event has one fold."""

import pytest
from windlass_indexer import queries
from windlass_indexer.folds import registry
from windlass_programs.artifacts import ProgramName
from windlass_programs.idl import Idl


def test_statements_are_found_by_their_names() -> None:
    text = "-- What this is about.\n\n-- name: first\n-- why\nSELECT 1\n\n-- name: second\nSELECT 2\n"
    assert queries.parse(text) == {"first": "-- why\nSELECT 1", "second": "SELECT 2"}


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        queries.parse("-- name: a\nSELECT 1\n-- name: a\nSELECT 2\n")


def test_sql_before_the_first_name_is_refused() -> None:
    with pytest.raises(ValueError, match="before the first"):
        queries.parse("SELECT 1\n-- name: a\nSELECT 2\n")


def test_an_event_with_two_folds_is_refused() -> None:
    with pytest.raises(ValueError, match="two folds"):
        registry([("p", "E", "vault.sql", "balance_moved"), ("p", "E", "vault.sql", "vault_initialized")])


@pytest.mark.parametrize("program", ["windlass", "collateral_vault_v1", "collateral_vault_v2"])
def test_every_event_of_our_programs_has_a_fold(program: ProgramName) -> None:
    idl = Idl.load(program)
    assert {(idl.name, event) for event in idl.events.values()} <= registry().keys()
