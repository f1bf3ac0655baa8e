"""Documents are compiled once, into statements that hold nothing of what a client's values say."""

from enum import Enum

import pytest
from graphql import GraphQLEnumType
from windlass_graphql.compiler.documents import Documents, Faulty, Recent
from windlass_graphql.compiler.json_text import MOST_ARGUMENTS, Text, concat
from windlass_graphql.compiler.statement import NotCompiled
from windlass_graphql.schema import graphql_schema

ADDRESS = "So11111111111111111111111111111111111111112"
SIGNATURE = "'; DROP TABLE vaults; --"


def test_an_enums_names_are_the_databases_values_in_capitals() -> None:
    for name, type_ in graphql_schema.type_map.items():
        if isinstance(type_, GraphQLEnumType) and not name.startswith("__"):
            for value_name, value in type_.values.items():
                plain = value.value.value if isinstance(value.value, Enum) else value.value
                assert value_name == plain.upper(), name


def test_what_a_client_writes_is_a_parameter_and_never_in_the_statement() -> None:
    documents = Documents(graphql_schema)
    ready = documents.operation(
        f"""{{ proposals(multisig: "{ADDRESS}", state: [READY, STALE], createdFrom: "2026-01-01T00:00:00Z", first: 7)
              {{ nodes {{ id }} }}
              proposal(signature: "{SIGNATURE}") {{ id }} }}""",
        None,
    ).ready({})
    assert ADDRESS in ready.values
    assert SIGNATURE in ready.values
    for written in (ADDRESS, SIGNATURE, "2026-01-01", " 7"):
        assert written not in ready.sql


def test_a_document_is_compiled_once_for_all_values_of_its_variables() -> None:
    documents = Documents(graphql_schema)
    query = """query ($first: Int, $after: String, $deep: Boolean!) { multisigs(first: $first, after: $after) {
        nodes { address members @include(if: $deep) { key } } } }"""
    operation = documents.operation(query, None)
    assert documents.operation(query, None) is operation
    one, two = (operation.ready({"first": first, "deep": False}) for first in (1, 2))
    assert one.sql is two.sql
    assert (one.values, two.values) == ((1,), (2,))
    deep = operation.ready({"first": 1, "deep": True})
    assert "multisig_members" in deep.sql
    assert "multisig_members" not in one.sql


@pytest.mark.parametrize("query", ["{ __schema { types { name } } }", "subscription { indexerStatusChanged { slot } }"])
def test_what_only_the_resolvers_answer_is_left_to_them(query: str) -> None:
    with pytest.raises(NotCompiled):
        Documents(graphql_schema).operation(query, None).ready({})


@pytest.mark.parametrize("query", ["{ nonsense }", "{", "", "{" + "chainTime " * 11 + "}", "#" * 40_000])
def test_what_nobody_can_answer_is_told_at_once(query: str) -> None:
    with pytest.raises(Faulty):
        Documents(graphql_schema).operation(query, None)


def test_only_the_most_recently_used_are_kept() -> None:
    kept: Recent[int, str] = Recent(2)
    kept.put(1, "one")
    kept.put(2, "two")
    assert kept.get(1) == "one"
    kept.put(3, "three")
    assert [kept.get(key) for key in (1, 2, 3)] == ["one", None, "three"]


def test_more_pieces_than_a_function_takes_are_put_together_in_steps() -> None:
    sql = concat([part for number in range(500) for part in (Text(f'"{number}":'), "x")])
    assert sql.count(",") < 1000 + 12
    assert max(call.count(", ") for call in sql.split("concat(")) <= MOST_ARGUMENTS


def test_quotation_marks_in_texts_are_doubled() -> None:
    assert concat([Text("it's")]) == "'it''s'"
