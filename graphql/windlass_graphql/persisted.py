"""Documents that clients name instead of sending them; where only they are answered, they are the allow-list."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLSchema, parse, validate

from windlass_graphql.errors import NotPersisted, OnlyPersisted, StartupError
from windlass_graphql.limits import LARGEST_DOCUMENT, MOST_TOKENS, check

LONGEST_ID = 128
"""Characters."""
_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


class PersistedQueries:
    """Documents by their ids."""

    def __init__(self, documents: Mapping[str, str], only: bool = False) -> None:
        self._documents = documents
        self._allowed = frozenset(documents.values()) if only else None

    @property
    def only(self) -> bool:
        """Whether nothing else is answered."""
        return self._allowed is not None

    def and_also(self, documents: Iterable[str]) -> "PersistedQueries":
        """The same; where nothing else is answered, these texts are as well."""
        also = PersistedQueries(self._documents)
        also._allowed = None if self._allowed is None else self._allowed | frozenset(documents)
        return also

    def document(self, request: Mapping[str, Any]) -> str | None:
        """The document that a request brings as `query`, or names as `documentId` or, as Apollo's clients do, in
        `extensions.persistedQuery.sha256Hash`; None where it has none. Raises NotPersisted, OnlyPersisted.
        """
        text = request.get("query")
        if text is None:
            id = _id(request)
            if id is None:
                return None
            text = self._documents.get(id)
            if text is None:
                raise NotPersisted(id)
        elif not isinstance(text, str):
            return None
        elif self._allowed is not None and text not in self._allowed:
            raise OnlyPersisted
        return text


def _id(request: Mapping[str, Any]) -> str | None:
    id = request.get("documentId")
    if id is None:
        extensions = request.get("extensions")
        persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
        id = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    return id if isinstance(id, str) else None


def load(path: Path, schema: GraphQLSchema, only: bool) -> PersistedQueries:
    """The documents of a JSON file `{"id": "query …", …}`, as graphql-codegen and Relay's compiler write it.

    Each has to be one that would be answered: within the limits, valid, and of its id where that is a SHA-256. Raises
    StartupError.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StartupError(f"The persisted queries {path} cannot be read: {str(error.strerror).lower()}.") from error
    except ValueError as error:
        raise StartupError(f"The persisted queries {path} are not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise StartupError(f"The persisted queries {path}: expected an object of documents by their ids.")
    for id, text in found.items():
        if reason := _reason_against(id, text, schema):
            raise StartupError(f"The persisted queries {path}: {id[:80]!r} {reason}.")
    return PersistedQueries(found, only)


def _reason_against(id: str, text: object, schema: GraphQLSchema) -> str | None:
    if not 0 < len(id) <= LONGEST_ID:
        return f"is not an id of 1 to {LONGEST_ID} characters"
    if not isinstance(text, str):
        return "is not a document's text"
    match = _SHA256.fullmatch(id)
    if match is not None and match[1] != hashlib.sha256(text.encode()).hexdigest():
        return "is the SHA-256 of another text"
    if len(text) > LARGEST_DOCUMENT:
        return f"has {len(text)} characters, {LARGEST_DOCUMENT} are allowed"
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
        check(document)
    except GraphQLError as error:
        return f"is refused: {error.message}"
    errors = validate(schema, document)
    return f"does not fit the schema: {errors[0].message}" if errors else None
