"""SQL expressions that make JSON text. Putting texts together takes PostgreSQL a fraction of what its JSON functions
take, which look up how to write each value's type anew for each row; so only free text goes through them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLOutputType

MOST_ARGUMENTS = 90
"""Of one call; PostgreSQL's functions take 100."""
_BARE = {"Int", "Int53", "Float"}


@dataclass(frozen=True)
class Text:
    """Text as it is, known when the query is compiled."""

    text: str


Piece: TypeAlias = Text | str
"""Text, or the SQL of something whose text is wanted; null is no text."""


def concat(pieces: Iterable[Piece]) -> str:
    """One SQL expression out of pieces."""
    arguments: list[str] = []
    literal = ""
    for piece in pieces:
        if isinstance(piece, Text):
            literal += piece.text
            continue
        if literal:
            arguments.append(_quoted(literal))
            literal = ""
        arguments.append(piece)
    if literal:
        arguments.append(_quoted(literal))
    if len(arguments) == 1:
        return arguments[0] if arguments[0].startswith("'") else f"concat({arguments[0]})"
    while len(arguments) > MOST_ARGUMENTS:
        arguments = [
            f"concat({', '.join(arguments[start : start + MOST_ARGUMENTS])})"
            for start in range(0, len(arguments), MOST_ARGUMENTS)
        ]
    return f"concat({', '.join(arguments)})"


def members(fields: Iterable[tuple[str, list[Piece]]]) -> list[Piece]:
    """An object's text. Keys are GraphQL names, which need no escapes."""
    pieces: list[Piece] = []
    for number, (key, value) in enumerate(fields):
        pieces += [Text(f'{"," if number else "{"}"{key}":'), *value]
    return [*pieces, Text("}")] if pieces else [Text("{}")]


def leaf(type_: GraphQLOutputType, sql: str) -> list[Piece]:
    """A scalar's, an enum's, or a list of enums' text."""
    if not isinstance(type_, GraphQLNonNull):
        inner = leaf(GraphQLNonNull(type_), sql)
        return [f"CASE WHEN {sql} IS NULL THEN 'null' ELSE {concat(inner)} END"]
    type_ = type_.of_type
    if isinstance(type_, GraphQLList):
        return [_enum_names(f"array_to_json({sql})::text")]
    name = type_.name
    if isinstance(type_, GraphQLEnumType):
        return _in_quotes(_enum_names(f"({sql})::text"))
    if name in _BARE:
        return [sql]
    if name == "Boolean":
        return [f"CASE WHEN {sql} THEN 'true' ELSE 'false' END"]
    if name == "Hash":
        return _in_quotes(f"encode({sql}, 'hex')")
    if name == "DateTime":
        # The session is in UTC, so that PostgreSQL's offset is always +00:00 and a quotation mark.
        return [f"left(to_json({sql})::text, -7)", Text('Z"')]
    if name in ("ID", "U64", "Amount"):
        return _in_quotes(sql)
    if name == "JSON":
        return [f"({sql})::text"]
    assert name == "String", f"no JSON text is known for {name}"
    return [f"to_json({sql})::text"]


def _in_quotes(sql: str) -> list[Piece]:
    return [Text('"'), sql, Text('"')]


def _enum_names(sql: str) -> str:
    """The schema's names are the database's in capitals; a test says so."""
    return f'upper({sql} COLLATE "C")'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
