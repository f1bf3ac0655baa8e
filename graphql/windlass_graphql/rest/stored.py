"""The documents behind the routes, and what the schema says of their variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    parse,
    type_from_ast,
    value_from_ast,
)

from windlass_graphql.errors import BadArguments

ROUTES = {
    "/upgrade/proposals": "upgrade_proposals",
    "/upgrade/{id}/status": "upgrade_status",
    "/migration/progress": "migrations_progress",
    "/migration/{id}/progress": "migration_progress",
}
"""Paths and their documents; a path's names are variables."""


@dataclass(frozen=True)
class Parameter:
    """A variable of a document, given in the path or after the question mark."""

    name: str
    type: GraphQLInputType
    description: str
    default: Any
    """None is none."""
    is_in_path: bool

    @property
    def is_list(self) -> bool:
        """Whether it may be given several times."""
        return isinstance(get_nullable_type(self.type), GraphQLList)

    def value(self, texts: list[str]) -> Any:
        """The variable's value. Raises BadArguments."""
        if len(texts) > 1 and not self.is_list:
            raise BadArguments(f"{self.name}: expected once, got {len(texts)} times")
        values = [self._item(text) for text in texts]
        return values if self.is_list else values[0]

    def _item(self, text: str) -> Any:
        type_ = get_named_type(self.type)
        if isinstance(type_, GraphQLEnumType) and text not in type_.values:
            names = ", ".join(type_.values)
            raise BadArguments(f"{self.name}: expected one of {names}; got {text[:60]!r}")
        if type_.name == "Int":
            if not (text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= 10):
                raise BadArguments(f"{self.name}: expected a whole number, got {text[:60]!r}")
            return int(text)
        return text


@dataclass(frozen=True)
class Stored:
    """A route's document."""

    path: str
    name: str
    text: str
    root: FieldNode
    summary: str
    parameters: Mapping[str, Parameter]


def stored(schema: GraphQLSchema) -> list[Stored]:
    """All of them."""
    return [_read(path, document, schema) for path, document in ROUTES.items()]


def _read(path: str, document: str, schema: GraphQLSchema) -> Stored:
    text = files("windlass_graphql").joinpath("rest", "documents", f"{document}.graphql").read_text(encoding="utf-8")
    (operation,) = parse(text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name is not None
    assert schema.query_type is not None
    (root,) = operation.selection_set.selections
    assert isinstance(root, FieldNode)
    field = schema.query_type.fields[root.name.value]
    said = {
        argument.value.name.value: field.args[argument.name.value].description or ""
        for argument in root.arguments or ()
        if isinstance(argument.value, VariableNode)
    }
    parameters = {}
    for variable in operation.variable_definitions or ():
        name = variable.variable.name.value
        type_: Any = type_from_ast(schema, variable.type)
        default = value_from_ast(variable.default_value, get_nullable_type(type_)) if variable.default_value else None
        parameters[name] = Parameter(name, type_, said[name], default, f"{{{name}}}" in path)
    assert all(each.is_in_path == isinstance(each.type, GraphQLNonNull) or each.default for each in parameters.values())
    return Stored(path, operation.name.value, text, root, field.description or "", parameters)
