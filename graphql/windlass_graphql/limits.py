"""What a document may ask for, checked right after parsing, before validation and any SQL."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from strawberry.extensions import SchemaExtension

LARGEST_DOCUMENT = 32_768
"""Characters."""
MOST_TOKENS = 2_000
DEEPEST = 15
"""Fields inside each other: the query by which GraphiQL and code generators ask for the schema has as many."""
MOST_FIELDS = 1_000
"""Fields of an operation, each fragment counted wherever it is used."""
MOST_ROOT_FIELDS = 20
"""Root fields, aliases among them: each is a query of its own."""
MOST_REPEATED = 10
"""Fields of one name in one selection: each is compared with each."""
MOST_VARIABLES = 50
"""That an operation declares."""
MOST_DIRECTIVES = 50
MOST_VALUES = 1_000
"""Values that the variables hold together, lists and objects counted with what is in them."""
MOST_ERRORS = 5
"""Told of a document that does not fit the schema."""
MOST_OBJECTS = 25_000
"""Objects that an answer may hold by its page sizes; counted once the variables are known, before any SQL."""

LARGEST_LIST = 100
"""Items of a list given as an argument."""
LONGEST_TEXT = 128
"""Characters of an argument; none that is searched for has as many."""


@dataclass(frozen=True)
class _Extent:
    depth: int
    fields: int


class DocumentLimits(SchemaExtension):
    """Refuses documents that are too large, too deep or too wide, with code TOO_COMPLEX."""

    def on_operation(self) -> Iterator[None]:
        """Bounds what the parser reads."""
        self.execution_context.parse_options["max_tokens"] = MOST_TOKENS
        query = self.execution_context.query
        if query is not None:
            try:
                check_length(query)
            except GraphQLError:
                self.execution_context.query = ""
                raise
        yield

    def on_validate(self) -> Iterator[None]:
        """Bounds what validation and execution walk through."""
        document = self.execution_context.graphql_document
        if document is not None and self.execution_context.pre_execution_errors is None:
            try:
                check(document)
            except GraphQLError as error:
                self.execution_context.pre_execution_errors = [error]
        yield


def check_length(query: str) -> None:
    """Raises GraphQLError with code TOO_COMPLEX."""
    if len(query) > LARGEST_DOCUMENT:
        raise _too_complex(f"the document has {len(query)} characters, {LARGEST_DOCUMENT} are allowed")


def check(document: DocumentNode) -> None:
    """Raises GraphQLError with code TOO_COMPLEX. Each fragment is measured once, so it takes linear time."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    measured: dict[str, _Extent | None] = {}
    directives = 0

    def fragment(name: str) -> _Extent:
        if name not in measured:
            measured[name] = None
            measured[name] = extent(fragments[name].selection_set) if name in fragments else _Extent(0, 0)
        found = measured[name]
        if found is None:
            raise _too_complex(f"the fragment {name!r} contains itself")
        return found

    def extent(selections: SelectionSetNode | None) -> _Extent:
        nonlocal directives
        depth = fields = 0
        repeated: dict[str, int] = {}
        for node in selections.selections if selections else ():
            directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                repeated[key] = repeated.get(key, 0) + 1
                for argument in node.arguments or ():
                    if isinstance(argument.value, ListValueNode) and len(argument.value.values) > LARGEST_LIST:
                        items = len(argument.value.values)
                        raise _too_complex(f"{argument.name.value} has {items} items, {LARGEST_LIST} are allowed")
            if isinstance(node, FragmentSpreadNode):
                inner = fragment(node.name.value)
            elif isinstance(node, FieldNode):
                below = extent(node.selection_set)
                inner = _Extent(below.depth + 1, below.fields + 1)
            else:
                assert isinstance(node, InlineFragmentNode)
                inner = extent(node.selection_set)
            depth, fields = max(depth, inner.depth), fields + inner.fields
        for key, times in repeated.items():
            if times > MOST_REPEATED:
                raise _too_complex(f"{key[:60]!r} is selected {times} times at once, {MOST_REPEATED} are allowed")
        return _Extent(depth, fields)

    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            declared = len(node.variable_definitions or ())
            if declared > MOST_VARIABLES:
                raise _too_complex(f"the operation has {declared} variables, {MOST_VARIABLES} are allowed")
            directives += len(node.directives or ())
            found = extent(node.selection_set)
            if found.depth > DEEPEST:
                raise _too_complex(f"the operation is {found.depth} fields deep, {DEEPEST} are allowed")
            if found.fields > MOST_FIELDS:
                raise _too_complex(f"the operation has {found.fields} fields, {MOST_FIELDS} are allowed")
            if len(node.selection_set.selections) > MOST_ROOT_FIELDS:
                raise _too_complex(
                    f"the operation asks {len(node.selection_set.selections)} things at once, "
                    f"{MOST_ROOT_FIELDS} are allowed"
                )
            if directives > MOST_DIRECTIVES:
                raise _too_complex(f"the document has {directives} directives, {MOST_DIRECTIVES} are allowed")


def values(variables: object) -> int:
    """How many values there are, up to one more than are allowed."""
    count, left = 0, [variables]
    while left and count <= MOST_VALUES:
        value = left.pop()
        count += 1
        if isinstance(value, dict):
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
    return count


def _too_complex(reason: str) -> GraphQLError:
    return GraphQLError(f"{reason}; ask for less, or in several requests", extensions={"code": "TOO_COMPLEX"})
