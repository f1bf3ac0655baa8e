"""GraphQL over HTTP: what a request asks for, whether it comes as JSON or in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from windlass_graphql.errors import BadRequest, TooManyValues
from windlass_graphql.limits import MOST_VALUES, values
from windlass_graphql.persisted import PersistedQueries

_NAMES = ("query", "documentId", "extensions")
"""What only a request for data has."""


@dataclass(frozen=True)
class Asked:
    """A document and what goes with it."""

    document: str
    variables: Mapping[str, Any]
    operation_name: str | None

    def as_json(self) -> bytes:
        """The same as the body of a POST."""
        return orjson.dumps(self._plain())

    def as_query_string(self) -> bytes:
        """The same as the address of a GET has it."""
        plain = self._plain() | {"variables": orjson.dumps(self.variables).decode()}
        return urlencode({name: value for name, value in plain.items() if value is not None}).encode()

    def _plain(self) -> dict[str, Any]:
        return {"query": self.document, "variables": self.variables, "operationName": self.operation_name}


def of_body(body: bytes, persisted: PersistedQueries) -> Asked:
    """Raises BadRequest, TooManyValues, NotPersisted, OnlyPersisted."""
    return of_fields(_json(body, "the body"), persisted)


def of_query_string(text: bytes, persisted: PersistedQueries) -> Asked | None:
    """None where it asks for no data. Raises BadRequest, TooManyValues, NotPersisted, OnlyPersisted."""
    try:
        given = parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise BadRequest("expected an address in ASCII, with anything else as %XX of UTF-8") from error
    fields: dict[str, Any] = {name: value for name, value in given if value or name == "query"}
    if not any(name in fields for name in _NAMES):
        return None
    for name in ("variables", "extensions"):
        if name in fields:
            fields[name] = _json(fields[name], name)
    return of_fields(fields, persisted)


def of_fields(fields: object, persisted: PersistedQueries) -> Asked:
    """Raises BadRequest, TooManyValues, NotPersisted, OnlyPersisted."""
    if isinstance(fields, list):
        raise BadRequest("batches are not answered; send each operation in a request of its own")
    if not isinstance(fields, dict):
        raise BadRequest(f"expected a JSON object with `query`, got {_kind(fields)}")
    variables, name = fields.get("variables"), fields.get("operationName")
    if not isinstance(variables, dict | None):
        raise BadRequest(f"variables: expected an object, got {_kind(variables)}")
    if not isinstance(name, str | None):
        raise BadRequest(f"operationName: expected a string, got {_kind(name)}")
    if values(variables) > MOST_VALUES:
        raise TooManyValues(MOST_VALUES)
    document = persisted.document(fields)
    if not document:
        raise BadRequest("expected `query` with a document's text, or `documentId` with a persisted one's id")
    return Asked(document, variables or {}, name)


def _json(text: bytes | str, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"{what}: expected JSON in UTF-8, but {error.msg}") from error


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
