"""docs/API.md: each example is asked and answered so, and nothing is left out."""

import os
import re
from itertools import count

import pytest
from graphql import FieldNode, OperationDefinitionNode, parse
from integration.graphql_api.documented import API, answer, examples, write, written
from integration.graphql_api.service import Service
from stack import read_model as rows
from stack.read_model import ReadModel
from windlass_graphql import errors, limits, pages
from windlass_graphql.errors import ApiError
from windlass_graphql.rest.stored import ROUTES
from windlass_graphql.schema import graphql_schema

UPDATE = "UPDATE_API_EXAMPLES"
"""Set, the answers are written into the document instead of being compared."""


async def test_each_example_is_answered_as_it_says(
    service: Service, read_model: ReadModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "_numbers", count(1))  # the same addresses each time
    await write(read_model)
    text = API.read_text()
    found = [(example, written(await answer(service, example))) for example in examples(text)]
    assert len(found) > 20
    if os.environ.get(UPDATE):
        for example, said in reversed(found):
            text = text[: example.span[0]] + said + text[example.span[1] :]
        API.write_text(text)
        return
    for example, said in found:
        assert said == example.answer, f"{example.asked}\n{UPDATE}=1 writes the answers as they are now"


def test_every_query_subscription_and_route_has_an_example() -> None:
    asked: set[str] = set()
    for example in examples(API.read_text()):
        if example.language == "graphql":
            for operation in parse(example.asked).definitions:
                if isinstance(operation, OperationDefinitionNode):
                    kind = operation.operation.value
                    asked |= {
                        f"{kind} {field.name.value}"
                        for field in operation.selection_set.selections
                        if isinstance(field, FieldNode)
                    }
        else:
            path = example.asked.split()[1].partition("?")[0]
            asked.add(re.sub("[1-9A-HJ-NP-Za-km-z]{32,44}", "{id}", path))
    assert graphql_schema.query_type is not None
    assert graphql_schema.subscription_type is not None
    expected = {f"query {name}" for name in graphql_schema.query_type.fields}
    expected |= {f"subscription {name}" for name in graphql_schema.subscription_type.fields}
    assert (expected | set(ROUTES)) - asked == set()


def test_every_code_and_limit_is_told() -> None:
    text = API.read_text()
    codes = {
        each.code
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, ApiError) and each is not ApiError
    }
    for code in sorted(codes | {"SYNTAX", "INVALID", "INTERNAL", "TOO_LARGE", "RATE_LIMITED", "NOT_FOUND"}):
        assert f"`{code}`" in text, code
    for limit in (
        limits.LARGEST_DOCUMENT,
        limits.MOST_TOKENS,
        limits.DEEPEST,
        limits.MOST_FIELDS,
        limits.MOST_ROOT_FIELDS,
        limits.MOST_REPEATED,
        limits.MOST_DIRECTIVES,
        limits.MOST_VARIABLES,
        limits.MOST_VALUES,
        limits.MOST_OBJECTS,
        limits.LARGEST_LIST,
        limits.LONGEST_TEXT,
        pages.LARGEST_PAGE,
    ):
        assert f"| {limit:,} |" in text, limit
