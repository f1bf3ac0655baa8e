"""Documents that were parsed, found within the limits and valid before need none of it again."""

from collections import OrderedDict
from collections.abc import Iterator

from graphql import DocumentNode
from strawberry.extensions import SchemaExtension

_KNOWN_AT_MOST = 512
_known: OrderedDict[str, DocumentNode] = OrderedDict()


class KnownDocuments(SchemaExtension):
    """Remembers the newest used valid documents. Variables are no part of them, so clients repeat a handful."""

    def on_parse(self) -> Iterator[None]:
        """A known one is not parsed."""
        query = self.execution_context.query
        if query is not None and (document := _known.get(query)) is not None:
            _known.move_to_end(query)
            self.execution_context.graphql_document = document
        yield

    def on_validate(self) -> Iterator[None]:
        """A known one is not validated: an empty list of errors says that it was."""
        context = self.execution_context
        query = context.query
        if query is not None and context.graphql_document is _known.get(query):
            context.pre_execution_errors = []
            yield
            return
        yield
        if query is not None and context.graphql_document is not None and not context.pre_execution_errors:
            _known[query] = context.graphql_document
            if len(_known) > _KNOWN_AT_MOST:
                _known.popitem(last=False)
