"""The schema: what docs/schema.graphql shows."""

from collections.abc import AsyncIterator

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from windlass_graphql.documents import KnownDocuments
from windlass_graphql.limits import DocumentLimits
from windlass_graphql.masking import MaskErrors, log_unexpected
from windlass_graphql.object_limit import ObjectLimit
from windlass_graphql.query import Query
from windlass_graphql.reader import Reader, value_of
from windlass_graphql.scalars import SCALARS
from windlass_graphql.subscription import Subscription


class OneSnapshot(SchemaExtension):
    """Each operation reads from one snapshot, through the reader behind its root value."""

    async def on_operation(self) -> AsyncIterator[None]:
        """Opened at the first query; a subscription makes none here."""
        snapshot = self.execution_context.context.database.snapshot()
        self.execution_context.root_value = Reader(snapshot).root()
        try:
            yield
        finally:
            await snapshot.close()


class Schema(strawberry.Schema):
    """Strawberry's, with our way of logging."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Bad queries are not our errors."""
        log_unexpected(errors, execution_context)


schema = Schema(
    query=Query,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS, default_resolver=value_of),
    extensions=[MaskErrors, OneSnapshot, KnownDocuments, DocumentLimits, ObjectLimit],
)

graphql_schema: GraphQLSchema = schema._schema
"""graphql-core's, which the compiler goes by."""
