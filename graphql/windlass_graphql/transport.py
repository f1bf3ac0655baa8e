"""graphql-transport-ws as Strawberry speaks it, with the subscriptions to feeds shared among clients."""

from contextlib import aclosing
from dataclasses import replace

from graphql import GraphQLError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
    _OperationStreamClosed,
)
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from windlass_graphql.context import Context, Part
from windlass_graphql.pushing import PUSH
from windlass_graphql.sharing import Asked, Member, Shares


class SharingHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Of one connection."""

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Shared where it may be and where the server can push; else as any other."""
        asked = Asked(operation.query, operation.variables or {}, operation.operation_name)
        push = (self.websocket.ws.scope.get("extensions") or {}).get(PUSH)  # type: ignore[attr-defined]  # ASGI's
        shared = asked.from_now_on()
        if push is not None and shared is not None:
            member = Member(operation.id, push)
            shares: Shares = self.view.shares  # type: ignore[attr-defined]  # our endpoint's
            async with shares.joined(shared, self.context, member) as goes_on:
                if goes_on:
                    try:
                        await self._follow(operation, asked, member)
                    except (WebSocketDisconnected, _OperationStreamClosed):
                        pass
                    except Exception as error:
                        await self.handle_task_exception(error)
                        self.operations.pop(operation.id, None)
                        raise
                    return
        # Whatever cannot be shared, or is refused, is told as of any other operation.
        await super().run_operation(operation)

    async def _follow(self, operation: Operation[Context, None], asked: Asked, member: Member) -> None:
        context = replace(self.context, part=Part.MISSED, reached=[])
        source = await self.schema.stream(
            asked.document,
            variable_values=dict(asked.variables),
            context_value=context,
            operation_name=asked.operation_name,
        )
        async with aclosing(source):
            async for result in source:
                if isinstance(result, PreExecutionError):
                    await self._handle_pre_execution_error(operation, result)
                    return
                assert isinstance(result, ExecutionResult)  # subscriptions know no @defer
                await operation.send_next(result)
        # Without it something was wrong, and the client was told.
        if context.reached:
            member.go_on(context.reached[0])
            why = await member.ended
            error = GraphQLError(str(why), extensions=why.extensions)
            await operation.send_next(ExecutionResult(data=None, errors=[error]))
        await operation.send_operation_message({"id": operation.id, "type": "complete"})
