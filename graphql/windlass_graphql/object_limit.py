"""The limit that needs the variables' values: how many objects the pages of an operation hold together."""

from collections.abc import Iterator

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLError, GraphQLSchema, get_operation_ast
from graphql.execution.values import get_variable_values
from strawberry.extensions import SchemaExtension

from windlass_graphql.arguments import Bound
from windlass_graphql.compiler.selection import Selection, objects
from windlass_graphql.errors import ApiError, TooMuch
from windlass_graphql.limits import MOST_OBJECTS


class ObjectLimit(SchemaExtension):
    """Refuses what the resolvers would have to read too much for, with code TOO_COMPLEX."""

    def on_execute(self) -> Iterator[None]:
        """After validation, before any SQL."""
        context = self.execution_context
        assert context.graphql_document is not None
        schema, variables = context.schema._schema, context.variables or {}
        asked = _asked(schema, context.graphql_document, context.operation_name, variables)
        if asked > MOST_OBJECTS:
            error = TooMuch(asked, MOST_OBJECTS)
            raise GraphQLError(str(error), extensions=error.extensions)
        yield


def _asked(schema: GraphQLSchema, document: DocumentNode, name: str | None, variables: dict[str, object]) -> int:
    """0 for what cannot be carried out in any case."""
    operation = get_operation_ast(document, name)
    if operation is None:
        return 0
    values = get_variable_values(schema, operation.variable_definitions or (), variables)
    if isinstance(values, list):
        return 0
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    selected = Selection(schema, fragments, values).of(operation)
    bounds: dict[int, Bound] = {}
    for field in selected:
        for each in field.walk():
            try:
                bounds[id(each)] = each.bind(values)
            except (ApiError, GraphQLError):
                continue  # a field that is refused reads nothing
    return objects(selected, bounds)
