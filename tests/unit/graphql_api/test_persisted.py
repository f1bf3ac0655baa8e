"""A list of persisted queries holds only what would be answered."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from windlass_graphql.errors import StartupError
from windlass_graphql.persisted import load
from windlass_graphql.schema import graphql_schema

OTHER = hashlib.sha256(b"another text").hexdigest()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "are not JSON: Expecting property name"),
        ("[]", "expected an object of documents by their ids"),
        ('{"": "{ chainTime }"}', "'' is not an id of 1 to 128 characters"),
        ('{"a": 1}', "'a' is not a document's text"),
        ('{"a": "{"}', "'a' is refused: Syntax Error: Expected Name, found <EOF>"),
        ('{"a": "{ nonsense }"}', "'a' does not fit the schema: Cannot query field 'nonsense'"),
        (json.dumps({OTHER: "{ chainTime }"}), "is the SHA-256 of another text"),
        (json.dumps({"a": "{" + " ".join(f"a{n}: chainTime" for n in range(21)) + "}"}), "21 things at once"),
    ],
)
def test_a_list_that_cannot_be_answered_is_refused_at_the_start(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "persisted.json"
    path.write_text(content)
    with pytest.raises(StartupError, match=re.escape(said)):
        load(path, graphql_schema, only=False)
