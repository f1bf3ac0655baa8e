"""Several nodes of one chain: the first that answers is asked, and the next one takes over where it does not, or where
it stays behind the others."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from types import TracebackType
from typing import Any, Self, TypeVar

from windlass_indexer.errors import ChainMismatch, RpcError, RpcRefused
from windlass_indexer.retries import is_retryable
from windlass_indexer.rpc import SIGNATURE_NOT_FOUND, Rpc

Json = Any
Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)

# For so long a node that failed is asked only where no other answers; twice as long each time that it fails again.
_ASIDE_SECONDS = 2.0
_ASIDE_AT_MOST_SECONDS = 60.0
# A node that is so far behind tells as its newest what others have as final (a block is, with 31 on top of it). Once
# left, it is asked again when it is within half of that.
BEHIND_SLOTS = 32
_LOOK_SECONDS = 5.0
_CONFIRMED = {"commitment": "confirmed"}


class Endpoints:
    """Asks nodes in the order in which they are named. Methods as `Rpc`'s, of the last that failed if all do.

    Raises ChainMismatch where they are not of one chain.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self.nodes = [Rpc(url) for url in urls]
        self._aside: dict[Rpc, tuple[float, float]] = {}  # until when, and for how long that was
        self._behind: set[Rpc] = set()
        self._genesis = ""
        self._joined: set[Rpc] = set()
        self._open = AsyncExitStack()

    @property
    def shown(self) -> str:
        """Their URLs as they may be shown."""
        return ", ".join(node.shown for node in self.nodes)

    async def __aenter__(self) -> Self:
        for node in self.nodes:
            await self._open.enter_async_context(node)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Meanwhile it is looked every few seconds at which of several nodes are behind."""

        async def watch() -> None:
            while True:
                await self.look()
                await asyncio.sleep(_LOOK_SECONDS)

        watching = asyncio.create_task(watch()) if len(self.nodes) > 1 else None
        try:
            yield
        finally:
            while watching and not watching.done():  # an HTTP client may miss being cancelled once
                watching.cancel()
                await asyncio.wait([watching], timeout=1.0)

    async def look(self) -> None:
        """A node that is BEHIND_SLOTS or more behind the newest is asked only where no other answers.

        Of three or more, the newest is where two of them are: one alone may claim any slot.
        """
        answers = await asyncio.gather(*map(_confirmed_slot, self.nodes))
        slots = {node: slot for node, slot in zip(self.nodes, answers, strict=True) if slot is not None}
        if not slots:
            return
        newest = sorted(slots, key=lambda node: -slots[node])[len(slots) > 2]
        for node, slot in slots.items():
            distance = slots[newest] - slot
            if distance >= BEHIND_SLOTS and node not in self._behind:
                self._behind.add(node)
                _log.warning(
                    "%s is %d slots behind %s and is asked only where no other node answers, until it has caught up",
                    node.shown,
                    distance,
                    newest.shown,
                )
            elif distance <= BEHIND_SLOTS // 2 and node in self._behind:
                self._behind.remove(node)
                _log.info("%s has caught up and is asked again", node.shown)

    async def call(self, method: str, *params: Json) -> Json:
        """One method's result."""
        return await self._ask(lambda node: node.call(method, *params))

    async def batch(self, method: str, calls: Sequence[Sequence[Json]]) -> list[Json | RpcRefused]:
        """All of it from one node."""
        return await self._ask(lambda node: node.batch(method, calls))

    async def together(self, calls: Sequence[tuple[str, Sequence[Json]]]) -> list[Json | RpcRefused]:
        """All of it from one node."""
        return await self._ask(lambda node: node.together(calls))

    async def _ask(self, ask: Callable[[Rpc], Awaitable[Answer]]) -> Answer:
        failure: RpcError | None = None
        for node in self._in_order():
            try:
                await self._join(node)
                answer = await ask(node)
            except RpcError as error:
                failure = error
                if isinstance(error, RpcRefused) and error.code == SIGNATURE_NOT_FOUND:
                    continue  # another one may know it; this one is none the worse
                if not is_retryable(error):
                    raise
                self._set_aside(node, error)
                continue
            self._aside.pop(node, None)
            return answer
        assert failure is not None
        raise failure

    def _in_order(self) -> list[Rpc]:
        now = monotonic()
        return sorted(self.nodes, key=lambda node: (self._aside.get(node, (0.0, 0.0))[0] > now, node in self._behind))

    async def _join(self, node: Rpc) -> None:
        """A node is of another chain or is not, which is asked once; a single one's is the caller's business."""
        if len(self.nodes) == 1 or node in self._joined:
            return
        genesis = str(await node.call("getGenesisHash"))
        self._genesis = self._genesis or genesis
        if genesis != self._genesis:
            raise ChainMismatch(
                f"the nodes are of different chains: {node.shown} has genesis {genesis}, the others have "
                f"{self._genesis}.\nName nodes of one chain with --rpc, --more-rpc or WINDLASS_MORE_RPC_URLS."
            )
        self._joined.add(node)

    def _set_aside(self, node: Rpc, error: RpcError) -> None:
        if len(self.nodes) == 1:
            return
        until, before = self._aside.get(node, (0.0, 0.0))
        if until > monotonic():
            return  # it was asked because no other one answers
        length = min(2 * before, _ASIDE_AT_MOST_SECONDS) if before else _ASIDE_SECONDS
        self._aside[node] = monotonic() + length, length
        _log.warning("%s is not asked for %.0f s while another node answers: %s", node.shown, length, error)


async def _confirmed_slot(node: Rpc) -> int | None:
    """The node's newest; None where it does not say, which is for those to tell who need an answer."""
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            return int(await node.call("getSlot", _CONFIRMED))
    except (RpcError, TimeoutError, TypeError, ValueError):
        return None
