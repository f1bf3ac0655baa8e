"""Strawberry's endpoint, for what does not compile and for websockets, within our limits and with our errors."""

from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from time import monotonic_ns
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from windlass_graphql import event_ids, graphiql_page
from windlass_graphql import request as graphql_request
from windlass_graphql.context import Context
from windlass_graphql.errors import ApiError
from windlass_graphql.leaving import Leaving, Stream
from windlass_graphql.persisted import PersistedQueries
from windlass_graphql.rate_limit import RateLimit, client_of, too_often
from windlass_graphql.refusals import error, error_of, refusal
from windlass_graphql.schema import schema
from windlass_graphql.sharing import Shares
from windlass_graphql.transport import SharingHandler


class BoundedWebsocket(ASGIWebSocketAdapter):
    """Gives the protocol's messages on, each operation with its document in full and put to the limits of a request."""

    view: "GraphQLEndpoint"  # type: ignore[assignment]  # it is used by no other

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The client's messages; an empty one where it makes no sense, which the protocol's handler refuses."""
        async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
            if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
                yield {}
            elif message.get("type") != "subscribe":
                yield message
            elif not isinstance(payload := message.get("payload"), dict):
                yield {}
            elif refused := self._refused(payload):
                await self.send_json({"id": message.get("id"), "type": "error", "payload": [refused]})
            else:
                yield message

    def _refused(self, payload: dict[str, Any]) -> Mapping[str, object] | None:
        """An error, or none and the payload has its document in full."""
        if wait := self.view.rates.wait(client_of(self.ws.scope), monotonic_ns()):
            return error("RATE_LIMITED", too_often(wait))
        try:
            asked = graphql_request.of_fields(payload, self.view.persisted)
        except ApiError as refused:
            return error_of(refused)
        payload["query"] = asked.document
        return None


class GraphQLEndpoint(GraphQL[Context, None]):
    """Strawberry's endpoint with our context and a faster JSON."""

    websocket_adapter_class = BoundedWebsocket
    graphql_transport_ws_handler_class = SharingHandler

    def __init__(
        self,
        context: Context,
        persisted: PersistedQueries,
        rates: RateLimit,
        allowed_origins: tuple[str, ...],
        leaving: Leaving,
    ) -> None:
        super().__init__(
            schema,
            # Where only listed documents are answered, it could not even ask for the schema.
            graphql_ide=None if persisted.only else "graphiql",
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=10),
            allowed_origins=allowed_origins,
        )
        self._context = context
        self.persisted = persisted
        self.rates = rates
        self.shares = Shares()
        self.leaving = leaving

    async def render_graphql_ide(self, request: Request) -> Response:
        """For browsers that come without a query."""
        return graphiql_page.page()

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """One for all but those who come back to a stream: what belongs to an operation is in its root value."""
        return event_ids.of_stream(self._context, request)

    async def execute_single(  # type: ignore[override]  # only by names
        self, *, context: Context, request_data: GraphQLRequestData, **_: object
    ) -> ExecutionResult:
        """A query: one answer cannot hold what a subscription has to say."""
        try:
            return await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                operation_name=request_data.operation_name,
                allowed_operation_types={OperationType.QUERY},
            )
        except MissingQueryError as refused:
            raise HTTPException(400, "expected `query` with a document's text") from refused
        except CannotGetOperationTypeError as refused:
            raise HTTPException(400, refused.as_http_error_reason()) from refused
        except InvalidOperationTypeError as refused:
            raise HTTPException(
                400, "expected a query; subscriptions are followed over a websocket, or with Accept: text/event-stream"
            ) from refused

    async def create_streaming_response(
        self, request: Request | WebSocket, stream: event_ids.Texts, *args: Any, **kwargs: Any
    ) -> Response:
        """Until the server leaves."""
        identified = event_ids.with_ids(request, stream)
        return Stream(await super().create_streaming_response(request, identified, *args, **kwargs), self.leaving)

    async def run(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """What Strawberry says of a request in plain text is an error like any other."""
        try:
            return await super().run(request, *args, **kwargs)
        except HTTPException as refused:
            code = "NOT_FOUND" if refused.status_code == 404 else "BAD_REQUEST"
            return refusal(refused.status_code, code, refused.reason)

    def decode_json(self, data: str | bytes) -> object:
        """Raises json.JSONDecodeError, also where it is nested too deeply."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        """As text: graphql-transport-ws knows no binary messages."""
        return orjson.dumps(data).decode()
