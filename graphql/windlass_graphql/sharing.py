"""Subscriptions that many clients ask for in the same words are carried out once, and their messages made once.

What a client missed is its own to be sent; from then on it gets what all get.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import orjson
from graphql import FieldNode, GraphQLError, OperationType, VariableNode, Visitor, get_operation_ast, parse, visit
from strawberry.types import ExecutionResult

from windlass_graphql import metrics
from windlass_graphql.changes import QUEUE_LIMIT
from windlass_graphql.context import Context, Part
from windlass_graphql.errors import ApiError, FellBehind, Interrupted
from windlass_graphql.limits import LARGEST_DOCUMENT, MOST_TOKENS
from windlass_graphql.pushing import Push, frame
from windlass_graphql.schema import schema

_FEEDS = frozenset({"alertChanged", "proposalChanged", "migrationChanged", "vaultChanged", "tvlChanged"})
_BEGINNINGS = frozenset({"after", "includeCurrent"})
"""Arguments that say what comes first, and nothing of what comes then."""
_AT_ONCE = 250
"""Clients that are written to before others get a turn."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """A subscription as a client sent it."""

    document: str
    variables: Mapping[str, Any]
    operation_name: str | None

    def from_now_on(self) -> "Asked | None":
        """The same for all who are to hear the same from now on; None where that cannot be told."""
        beginnings = _beginnings(self.document, self.operation_name)
        if beginnings is None:
            return None
        variables = {name: value for name, value in self.variables.items() if name not in beginnings}
        return Asked(self.document, variables, self.operation_name)

    @property
    def key(self) -> bytes:
        """Equal for what is asked in the same words. It came as JSON, so it can be written as such."""
        return orjson.dumps([self.document, self.variables, self.operation_name], option=orjson.OPT_SORT_KEYS)


@lru_cache(512)
def _beginnings(text: str, name: str | None) -> frozenset[str] | None:
    """The variables that only say where a feed's subscription begins; None for everything else."""
    if len(text) > LARGEST_DOCUMENT:
        return None
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
    except GraphQLError:
        return None
    operation = get_operation_ast(document, name)
    if operation is None or operation.operation is not OperationType.SUBSCRIPTION:
        return None
    root, *others = operation.selection_set.selections
    if others or not isinstance(root, FieldNode) or root.name.value not in _FEEDS:
        return None
    uses = _Uses()
    visit(document, uses)
    # Each is there once where it is declared, and once here.
    return frozenset(
        given.value.name.value
        for given in root.arguments or ()
        if given.name.value in _BEGINNINGS
        and isinstance(given.value, VariableNode)
        and uses.of[given.value.name.value] == 2
    )


class _Uses(Visitor):
    """Counts where variables are named."""

    def __init__(self) -> None:
        super().__init__()
        self.of: Counter[str] = Counter()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        """Declarations among them."""
        self.of[node.name.value] += 1


@dataclass(eq=False)
class Member:
    """A client of a shared subscription."""

    id: str
    """What the client calls it."""
    push: Push
    ended: "asyncio.Future[ApiError]" = field(default_factory=asyncio.Future)
    """Why nothing more comes."""
    _reached: int | None = None
    _waiting: list[tuple[int, bytes]] = field(default_factory=list)

    def go_on(self, reached: int) -> None:
        """What it missed was sent, up to this number: what came meanwhile follows, and then whatever comes."""
        waiting, self._waiting, self._reached = self._waiting, [], reached
        for number, framed in waiting:
            self.tell(number, framed)

    def tell(self, number: int, framed: bytes) -> None:
        """Sends it, unless it was sent. A client that does not read is ended: half a history is worse than none."""
        if self.ended.done():
            return
        if self._reached is None:
            self._waiting.append((number, framed))
            is_behind = len(self._waiting) > QUEUE_LIMIT
        else:
            is_behind = number > self._reached and not self.push(framed)
        if is_behind:
            self.leave(FellBehind(QUEUE_LIMIT))

    def leave(self, why: ApiError) -> None:
        """Ends it with this error."""
        if not self.ended.done():
            self._waiting.clear()
            self.ended.set_result(why)


class Share:
    """A subscription that is carried out once, and everyone who hears it."""

    def __init__(self, asked: Asked, context: Context) -> None:
        self.members: set[Member] = set()
        self._context = replace(context, part=Part.LIVE, numbers=deque(), subscribed=asyncio.Event())
        self._asked = asked
        metrics.SHARED.inc()
        self.task = asyncio.create_task(self._run(), name="shared subscription")

    async def begun(self) -> None:
        """Returns when nothing is missed any more, or when there is nothing to hear."""
        await self._context.subscribed.wait()

    async def _run(self) -> None:
        try:
            source = await schema.stream(
                self._asked.document,
                variable_values=dict(self._asked.variables),
                context_value=self._context,
                operation_name=self._asked.operation_name,
            )
            async with aclosing(source):
                async for result in source:
                    if self._context.numbers and isinstance(result, ExecutionResult):
                        await self._tell(self._context.numbers.popleft(), orjson.dumps(payload(result)))
                    else:
                        # It has an end of its own: whoever hears it asks anew.
                        break
        except Exception:
            _log.exception("a shared subscription failed")
        finally:
            metrics.SHARED.dec()
            self._context.subscribed.set()
            for member in self.members:
                member.leave(Interrupted())

    async def _tell(self, number: int, message: bytes) -> None:
        frames: dict[str, bytes] = {}
        for count, member in enumerate(tuple(self.members), start=1):
            framed = frames.get(member.id)
            if framed is None:
                text = b'{"id":' + orjson.dumps(member.id) + b',"type":"next","payload":' + message + b"}"
                framed = frames[member.id] = frame(text)
            member.tell(number, framed)
            if count % _AT_ONCE == 0:
                await asyncio.sleep(0)


class Shares:
    """All that are carried out at the moment."""

    def __init__(self) -> None:
        self._shares: dict[bytes, Share] = {}

    @asynccontextmanager
    async def joined(self, asked: Asked, context: Context, member: Member) -> AsyncIterator[bool]:
        """Whether it is carried out, and the member misses nothing while inside; the last to leave ends it."""
        key = asked.key
        share = self._shares.get(key)
        if share is None or share.task.done():
            share = self._shares[key] = Share(asked, context)
        share.members.add(member)
        try:
            with metrics.SUBSCRIBERS.track_inprogress():
                await share.begun()
                yield not share.task.done()
        finally:
            share.members.discard(member)
            if not share.members:
                if self._shares.get(key) is share:
                    del self._shares[key]
                share.task.cancel()


def payload(result: ExecutionResult) -> dict[str, object]:
    """Of a `next` message."""
    made: dict[str, object] = {"data": result.data}
    if result.errors:
        made["errors"] = [error.formatted for error in result.errors]
    if result.extensions:
        made["extensions"] = result.extensions
    return made
