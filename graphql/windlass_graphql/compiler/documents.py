"""Compiled documents, the newest used ones kept: parsed, found valid and within the limits, and written as SQL once."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from windlass_graphql.arguments import NOTHING
from windlass_graphql.compiler.selection import Selected, Selection, directive_variables, objects
from windlass_graphql.compiler.statement import NotCompiled, statement
from windlass_graphql.errors import TooMuch
from windlass_graphql.limits import MOST_ERRORS, MOST_OBJECTS, MOST_TOKENS, check, check_length

DOCUMENTS_KEPT = 512
VARIANTS_KEPT = 32
"""Statements of one document: by which directives hold and which arguments are given."""

Key = TypeVar("Key", bound=Hashable)
Kept = TypeVar("Kept")


class Recent(Generic[Key, Kept]):
    """The most recently used ones, up to a number."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def get(self, key: Key) -> Kept | None:
        """What is kept under the key, which counts as a use."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Key, value: Kept) -> Kept:
        """Keeps it, and lets the longest unused one go."""
        self._kept[key] = value
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return value


@dataclass(frozen=True)
class Ready:
    """A statement and its parameters."""

    sql: str
    values: tuple[object, ...]
    objects: int
    """That the answer may hold, by its page sizes."""


class Faulty(Exception):
    """A document that cannot be carried out at all."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


class Operation:
    """An operation of a valid document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._node = operation
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._deciding = directive_variables(operation, self._fragments)
        self._selected: Recent[tuple[object, ...], tuple[Selected, ...]] = Recent(VARIANTS_KEPT)
        self._statements: Recent[tuple[Hashable, ...], str] = Recent(VARIANTS_KEPT)
        self._constant: Ready | None = None

    def ready(self, variables: Mapping[str, Any]) -> Ready:
        """What to ask PostgreSQL. Raises NotCompiled, GraphQLError for bad variables, ApiError for bad arguments."""
        if self._constant is not None:
            return self._constant
        made = self._ready(variables)
        if not self._node.variable_definitions:
            self._constant = made
        return made

    def _ready(self, variables: Mapping[str, Any]) -> Ready:
        coerced = self._coerced(variables)
        deciding = tuple(coerced.coerced.get(name) for name in self._deciding) if coerced else ()
        selected = self._selected.get(deciding)
        if selected is None:
            selection = Selection(self._schema, self._fragments, coerced)
            selected = self._selected.put(deciding, selection.of(self._node))
        fields = [each for field in selected for each in field.walk()]
        bounds = {id(each): each.bind(coerced) for each in fields}
        if (asked := objects(selected, bounds)) > MOST_OBJECTS:
            raise TooMuch(asked, MOST_OBJECTS)
        shape = (deciding, *(bound.shape for bound in bounds.values() if bound is not NOTHING))
        sql = self._statements.get(shape)
        if sql is None:
            root = self._schema.get_root_type(OperationType.QUERY)
            assert root is not None
            sql = self._statements.put(shape, statement(selected, root.name, bounds))
        return Ready(sql, tuple(value for bound in bounds.values() for value in bound.values), asked)

    def _coerced(self, variables: Mapping[str, Any]) -> VariableValues | None:
        if not self._node.variable_definitions:
            return None
        found = get_variable_values(self._schema, self._node.variable_definitions, dict(variables))
        if isinstance(found, list):
            raise found[0]
        return found


@dataclass
class Documents:
    """Compiles what clients send; knows what it compiled before."""

    schema: GraphQLSchema
    _known: Recent[tuple[str, str | None], Operation] = field(default_factory=lambda: Recent(DOCUMENTS_KEPT))

    def operation(self, query: str, name: str | None) -> Operation:
        """Raises NotCompiled where the resolvers have to answer it, Faulty where nobody can."""
        found = self._known.get((query, name))
        return found if found is not None else self._known.put((query, name), self._compile(query, name))

    def _compile(self, query: str, name: str | None) -> Operation:
        try:
            check_length(query)
            document = parse(query, max_tokens=MOST_TOKENS)
            check(document)
        except GraphQLError as error:
            raise Faulty([error]) from error
        if errors := validate(self.schema, document, max_errors=MOST_ERRORS):
            raise Faulty(errors)
        operation = get_operation_ast(document, name)
        if operation is None or operation.operation is not OperationType.QUERY:
            raise NotCompiled
        return Operation(self.schema, document, operation)
