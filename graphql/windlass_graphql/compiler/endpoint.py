"""/graphql: compiled queries straight from PostgreSQL to the socket; everything else goes on to the resolvers."""

import logging
from collections.abc import Mapping
from time import monotonic_ns

import orjson
from graphql import GraphQLError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windlass_graphql import request
from windlass_graphql.compiler.documents import Documents, Faulty, Ready
from windlass_graphql.compiler.statement import NotCompiled
from windlass_graphql.database import Database
from windlass_graphql.errors import ApiError, BadRequest
from windlass_graphql.masking import INTERNAL, told
from windlass_graphql.persisted import PersistedQueries
from windlass_graphql.rate_limit import RateLimit, client_of
from windlass_graphql.refusals import error, error_of, refusal
from windlass_graphql.request import Asked

OBJECTS_OF_A_REQUEST = 1_000
"""Objects asked for that count as one request more."""
NOT_COMPILED = 10
"""Requests that one counts as which the resolvers have to answer, or to find fault with."""

_log = logging.getLogger(__name__)


class CompiledQueries:
    """Answers what compiles, and tells what is wrong with a document. Whatever is wrong with the values in it is for
    the resolvers to say, which know how far an error spreads.
    """

    def __init__(
        self,
        app: ASGIApp,
        database: Database,
        documents: Documents,
        persisted: PersistedQueries,
        rates: RateLimit,
        path: str,
    ) -> None:
        self._app = app
        self._database = database
        self._documents = documents
        self._persisted = persisted
        self._rates = rates
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] != self._path or scope["method"] not in ("GET", "POST"):
            await self._app(scope, receive, send)
            return
        try:
            if scope["method"] == "GET":
                asked = request.of_query_string(scope["query_string"], self._persisted)
            else:
                body = await _body(receive)
                if body is None:
                    return
                asked = request.of_body(body, self._persisted)
        except BadRequest as refused:
            await refusal(400, refused.code, str(refused))(scope, receive, send)
            return
        except ApiError as refused:
            await _send(send, _failed(error_of(refused)))
            return
        if asked is None:
            await self._app(scope, receive, send)
            return
        try:
            # The resolvers' endpoint knows how to answer in events.
            ready = None if _wants_events(scope) else self._ready(asked)
        except Faulty as faulty:
            self._rates.owe(client_of(scope), NOT_COMPILED, monotonic_ns())
            await _send(send, _failed(*(told(each) for each in faulty.errors)))
            return
        more = NOT_COMPILED if ready is None else ready.objects // OBJECTS_OF_A_REQUEST
        if more:
            self._rates.owe(client_of(scope), more, monotonic_ns())
        if ready is None:
            await self._app(*_passed_on(asked, scope, receive), send)
            return
        await _send(send, await self._answer(ready))

    def _ready(self, asked: Asked) -> Ready | None:
        """Raises Faulty."""
        try:
            return self._documents.operation(asked.document, asked.operation_name).ready(asked.variables)
        except (NotCompiled, ApiError, GraphQLError):
            return None

    async def _answer(self, ready: Ready) -> bytes:
        try:
            data = await self._database.fetch_text(ready.sql, *ready.values)
        except ApiError as failure:
            if failure.__cause__ is not None:
                _log.warning("a compiled query: %s: %s", failure.code, failure.__cause__)
            return _failed(error_of(failure))
        except Exception:
            _log.exception("a compiled query failed")
            return _failed(error("INTERNAL", INTERNAL))
        return b'{"data":' + data.encode() + b"}"


def _wants_events(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/event-stream" in value.lower() for name, value in scope["headers"])


async def _body(receive: Receive) -> bytes | None:
    """None where the client has gone."""
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body


def _failed(*errors: Mapping[str, object]) -> bytes:
    return orjson.dumps({"data": None, "errors": errors})


async def _send(send: Send, answer: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


def _passed_on(asked: Asked, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
    """The request with its document in full, in whichever way it came."""
    if scope["method"] == "GET":
        return {**scope, "query_string": asked.as_query_string()}, receive
    headers = [each for each in scope["headers"] if each[0] not in (b"content-type", b"content-length")]
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": asked.as_json(), "more_body": False}

    return {**scope, "headers": [*headers, (b"content-type", b"application/json")]}, replay
