"""POST /graphql: compiled queries straight from PostgreSQL to the socket; everything else goes on to the resolvers."""

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windlass_graphql.compiler.documents import Documents, Ready
from windlass_graphql.compiler.statement import NotCompiled
from windlass_graphql.database import Database
from windlass_graphql.errors import ApiError
from windlass_graphql.masking import INTERNAL

_log = logging.getLogger(__name__)


class CompiledQueries:
    """Answers what compiles. No other error than the database's is told here: whatever is wrong with a query itself
    is for the resolvers to say, which know how far an error spreads.
    """

    def __init__(self, app: ASGIApp, database: Database, documents: Documents, path: str) -> None:
        self._app = app
        self._database = database
        self._documents = documents
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] != self._path or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        message = await receive()
        body = message.get("body", b"")
        while message["type"] == "http.request" and message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        if message["type"] != "http.request":
            return
        ready = self._ready(body)
        if ready is None:
            await self._app(scope, _again(body, receive), send)
            return
        answer = await self._answer(ready)
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"application/json"),
                    (b"content-length", str(len(answer)).encode()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": answer})

    def _ready(self, body: bytes) -> Ready | None:
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        if not isinstance(request, dict):
            return None
        query, variables, name = request.get("query"), request.get("variables"), request.get("operationName")
        if not isinstance(query, str) or not isinstance(variables, dict | None) or not isinstance(name, str | None):
            return None
        try:
            return self._documents.operation(query, name).ready(variables or {})
        except (NotCompiled, ApiError, GraphQLError):
            return None

    async def _answer(self, ready: Ready) -> bytes:
        try:
            data = await self._database.fetch_text(ready.sql, *ready.values)
        except ApiError as error:
            if error.__cause__ is not None:
                _log.warning("a compiled query: %s: %s", error.code, error.__cause__)
            return _failed(str(error), error.extensions)
        except Exception:
            _log.exception("a compiled query failed")
            return _failed(INTERNAL, {"code": "INTERNAL"})
        return b'{"data":' + data.encode() + b"}"


def _failed(message: str, extensions: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"data": None, "errors": [{"message": message, "extensions": extensions}]})


def _again(body: bytes, receive: Receive) -> Receive:
    """The request as it came, and then whatever comes."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
