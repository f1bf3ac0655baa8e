"""An operation's fields: fragments spread, directives decided, aliases and repeated fields merged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values
from strawberry.types.field import StrawberryField

from windlass_graphql.arguments import NOTHING, Bound, bind
from windlass_graphql.reads import Listing, Many, Reads


@dataclass(frozen=True)
class Selected:
    """A field of an answer. Compared by identity: the same field may be asked for twice under other aliases."""

    key: str
    """Its name in the answer."""
    name: str
    """Its column, or what its parent calls it."""
    field: GraphQLField
    node: FieldNode
    reads: Reads | None
    children: tuple["Selected", ...]

    @property
    def type(self) -> GraphQLNamedType:
        """Its type, without lists and non-nulls."""
        return get_named_type(self.field.type)

    def walk(self) -> Iterator["Selected"]:
        """It and everything below, in the answer's order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def bind(self, variables: VariableValues | None) -> Bound:
        """Its arguments. Raises ApiError."""
        if self.reads is None or not self.field.args:
            return NOTHING
        return bind(
            self.name, self.reads, _python_names(self.field, get_argument_values(self.field, self.node, variables))
        )


TYPENAME = "__typename"


class Selection:
    """Reads operations of one document."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: VariableValues | None
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables

    def of(self, operation: OperationDefinitionNode) -> tuple[Selected, ...]:
        """The root fields. What is asked about the schema itself has no children here."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        return self._fields(root, [operation.selection_set])

    def _fields(self, parent: GraphQLObjectType, selections: list[SelectionSetNode]) -> tuple[Selected, ...]:
        nodes: dict[str, list[FieldNode]] = {}
        for selection in selections:
            self._collect(selection, nodes, set())
        return tuple(self._selected(parent, key, same) for key, same in nodes.items())

    def _collect(self, selections: SelectionSetNode, into: dict[str, list[FieldNode]], seen: set[str]) -> None:
        for node in selections.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                into.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                # No type implements an interface or is in a union, so a valid condition always holds.
                self._collect(node.selection_set, into, seen)
            elif isinstance(node, FragmentSpreadNode) and (name := node.name.value) not in seen:
                seen.add(name)
                self._collect(self._fragments[name].selection_set, into, seen)

    def _is_included(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not (skip and skip["if"]) and (include is None or include["if"])

    def _selected(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Selected:
        node = nodes[0]
        name = node.name.value
        field = self._schema.get_field(parent, name)
        assert field is not None
        if name.startswith("__"):
            return Selected(key, name, field, node, None, ())
        declared: StrawberryField = field.extensions["strawberry-definition"]
        below = [each.selection_set for each in nodes if each.selection_set is not None]
        type_ = get_named_type(field.type)
        children = self._fields(type_, below) if isinstance(type_, GraphQLObjectType) else ()
        return Selected(key, declared.python_name, field, node, declared.metadata.get("reads"), children)


def directive_variables(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> list[str]:
    """Variables that decide which fields there are."""
    found: dict[str, None] = {}

    def look(selections: SelectionSetNode) -> None:
        for node in selections.selections:
            for directive in node.directives or ():
                for argument in directive.arguments or ():
                    if isinstance(argument.value, VariableNode):
                        found[argument.value.name.value] = None
            if below := getattr(node, "selection_set", None):
                look(below)

    for selections in (operation.selection_set, *(fragment.selection_set for fragment in fragments.values())):
        look(selections)
    return list(found)


def objects(selected: tuple[Selected, ...], bounds: Mapping[int, Bound], times: int = 1) -> int:
    """Objects that an answer may hold at most, by its page sizes; `bounds` by the identity of the field. What has no
    bounds is refused anyway."""
    total = 0
    for each in selected:
        if not each.children:
            continue
        below = times
        if isinstance(each.reads, Listing):
            page = bounds[id(each)].page if id(each) in bounds else None
            below = times * (page.size if page else 0)
        elif isinstance(each.reads, Many):
            below = times * each.reads.most
        total += times if isinstance(each.reads, Listing) else below
        total += objects(each.children, bounds, below)
    return total


def _python_names(field: GraphQLField, arguments: Mapping[str, Any]) -> dict[str, Any]:
    declared = {name: argument.extensions["strawberry-definition"].python_name for name, argument in field.args.items()}
    return {declared.get(name, name): value for name, value in arguments.items()}
