"""Answers the routes."""

import logging
from collections.abc import Awaitable, Callable
from time import monotonic_ns
from typing import Any

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from windlass_graphql.compiler.documents import Documents
from windlass_graphql.compiler.endpoint import OBJECTS_OF_A_REQUEST
from windlass_graphql.database import Database
from windlass_graphql.errors import ApiError, BadArguments, DatabaseUnavailable, QueryTimedOut
from windlass_graphql.rate_limit import RateLimit, client_of
from windlass_graphql.refusals import refusal
from windlass_graphql.rest.stored import Stored, stored

_STATUS = {DatabaseUnavailable.code: 503, QueryTimedOut.code: 504}
"""Of errors that are not the request's own."""

_log = logging.getLogger(__name__)


def routes(database: Database, documents: Documents, rates: RateLimit) -> list[Route]:
    """All reads."""
    return [
        Route(each.path, _endpoint(each, database, documents, rates), methods=["GET"], name=each.name)
        for each in stored(documents.schema)
    ]


def _endpoint(
    read: Stored, database: Database, documents: Documents, rates: RateLimit
) -> Callable[[Request], Awaitable[Response]]:
    operation = documents.operation(read.text, None)
    key = read.root.name.value
    before, after = len(f'{{"{key}":'), len("}")

    async def answer(request: Request) -> Response:
        try:
            ready = operation.ready(_variables(read, request))
            if more := ready.objects // OBJECTS_OF_A_REQUEST:
                rates.owe(client_of(request.scope), more, monotonic_ns())
            text = (await database.fetch_text(ready.sql, *ready.values))[before:-after]
        except GraphQLError as refused:
            return refusal(400, "INVALID", refused.message)
        except ApiError as refused:
            if refused.__cause__ is not None:
                _log.warning("%s: %s: %s", read.path, refused.code, refused.__cause__)
            return refusal(_STATUS.get(refused.code, 400), refused.code, str(refused))
        if text == "null":
            return refusal(404, "NOT_FOUND", f"there is no {key} at the address {request.path_params['id']}")
        return Response(text, media_type="application/json")

    return answer


def _variables(read: Stored, request: Request) -> dict[str, Any]:
    """Raises BadArguments."""
    given = dict(request.path_params)
    texts: dict[str, list[str]] = {name: [str(value)] for name, value in given.items()}
    for name, text in request.query_params.multi_items():
        parameter = read.parameters.get(name)
        if parameter is None or parameter.is_in_path:
            known = ", ".join(each.name for each in read.parameters.values() if not each.is_in_path)
            raise BadArguments(f"{name[:60]!r} is no parameter here; expected {known or 'none'}")
        texts.setdefault(name, []).append(text)
    return {name: read.parameters[name].value(found) for name, found in texts.items()}
