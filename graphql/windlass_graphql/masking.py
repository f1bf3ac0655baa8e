"""What clients see of errors: ours as they are, GraphQL's own with a code, anything else as INTERNAL."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from windlass_graphql.errors import ApiError
from windlass_graphql.metrics import count_error

INTERNAL = "something went wrong here, not in your query; it has been logged"

_log = logging.getLogger(__name__)


class MaskErrors(SchemaExtension):
    """Gives every error a code and hides the text of those that were not written for clients."""

    def on_operation(self) -> Iterator[None]:
        """Queries."""
        yield
        self._mask(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        """Each message of a subscription."""
        self._mask(result)
        yield

    def _mask(self, result: Any) -> None:
        if errors := getattr(result, "errors", None):
            result.errors = [shown(error) for error in errors]
            for error in result.errors:
                count_error(error.extensions["code"])


def told(error: GraphQLError) -> Mapping[str, object]:
    """The same as in an answer; it is counted."""
    found = shown(error)
    assert found.extensions is not None
    count_error(found.extensions["code"])
    return found.formatted


def shown(error: GraphQLError) -> GraphQLError:
    """The error as a client may see it."""
    if error.extensions and "code" in error.extensions:
        return error
    if isinstance(error, GraphQLSyntaxError):
        code = "SYNTAX"
    elif error.original_error is None or isinstance(error.original_error, GraphQLError | StrawberryInputCoercionError):
        code = "INVALID"
    else:
        return GraphQLError(
            INTERNAL,
            nodes=error.nodes,
            path=error.path,
            extensions={"code": "INTERNAL"},
        )
    error.extensions = {**(error.extensions or {}), "code": code}
    return error


def log_unexpected(errors: list[GraphQLError], context: ExecutionContext | None) -> None:
    """Logs what is not shown, with its traceback, and what is not the client's doing."""
    for error in errors:
        original = error.original_error
        if original is None or isinstance(original, GraphQLError | StrawberryInputCoercionError):
            continue
        name = context.operation_name if context else None
        if isinstance(original, ApiError):
            cause = original.__cause__
            if cause is not None:
                _log.warning("operation %s: %s: %s", name, original.code, cause)
        else:
            _log.error("operation %s failed at %s", name, error.path, exc_info=original)
