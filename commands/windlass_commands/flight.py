"""Many transactions on their way at once: sent together, and their statuses asked for together.

The chain is the only state. What was not seen to land may be sent again by whoever reads the chain afterwards.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from solders.hash import Hash
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from windlass_commands.errors import RpcError
from windlass_commands.rpc import Rpc, Status

T = TypeVar("T")

POLL_SECONDS = 0.1
# A blockhash is valid for 150 blocks; this often transactions get a younger one, and those not seen are sent again.
REFRESH_SECONDS = 5.0
# A validator takes transactions in arrays ten times as fast as one by one; so many of the largest fit into a request.
SENDS_A_CALL, POSTS_AT_ONCE = 20, 4


@dataclass(frozen=True)
class Arrived:
    """A transaction in a block, at the node's commitment; whether it succeeded is in `status`."""

    transaction: VersionedTransaction
    status: Status


class Flight:
    """Transactions of one node between sending and its commitment."""

    def __init__(self, rpc: Rpc) -> None:
        self.rpc = rpc
        self.blockhash, self.last_valid_height = Hash.default(), 0
        # For each transaction its bytes, the last block height it can land at, and who waits for its status.
        self._waiting: dict[Signature, tuple[bytes, int, asyncio.Future[Status | None]]] = {}
        # Transactions that are to be sent, each with who waits for whether the node took it.
        self._outbox: asyncio.Queue[tuple[bytes, asyncio.Future[bool]]] = asyncio.Queue()

    async def each(self, window: int, take: Callable[[], T | None], work: Callable[[T], Awaitable[None]]) -> None:
        """Do `work` on what `take` gives, `window` pieces at a time, until it gives None.

        Raises what the first piece of work that failed has raised; the others are cancelled.
        """
        await self._refresh_blockhash()

        async def worker() -> None:
            while (piece := take()) is not None:
                await work(piece)

        try:
            async with asyncio.TaskGroup() as tasks:
                helpers = [tasks.create_task(self._watch())]
                helpers += [tasks.create_task(self._post()) for _ in range(POSTS_AT_ONCE)]
                await asyncio.gather(*[tasks.create_task(worker()) for _ in range(window)])
                for helper in helpers:
                    helper.cancel()
        except BaseExceptionGroup as group:
            # The group's other members are cancellations that the first one caused.
            raise group.exceptions[0] from None

    async def send(self, sign: Callable[[Hash], VersionedTransaction]) -> Arrived | None:
        """Send what `sign` makes with a recent blockhash, and wait; None where it was not accepted or never landed."""
        transaction, last_valid_height = sign(self.blockhash), self.last_valid_height
        raw, loop = bytes(transaction), asyncio.get_running_loop()
        accepted: asyncio.Future[bool] = loop.create_future()
        self._outbox.put_nowait((raw, accepted))
        if not await accepted:
            return None
        landed: asyncio.Future[Status | None] = loop.create_future()
        self._waiting[transaction.signatures[0]] = (raw, last_valid_height, landed)
        status = await landed
        return None if status is None else Arrived(transaction, status)

    async def _post(self) -> None:
        while True:
            part = [await self._outbox.get()]
            while len(part) < SENDS_A_CALL and not self._outbox.empty():
                part.append(self._outbox.get_nowait())
            try:
                taken = await self.rpc.send_all([raw for raw, _ in part])
            except RpcError:
                taken = [False] * len(part)
            for (_, accepted), took in zip(part, taken, strict=True):
                if not accepted.done():
                    accepted.set_result(took)

    async def _refresh_blockhash(self) -> None:
        self.blockhash, self.last_valid_height = await self.rpc.latest_blockhash()

    async def _watch(self) -> None:
        due = time.monotonic() + REFRESH_SECONDS
        while True:
            waiting = list(self._waiting)
            unseen = []
            for signature, status in zip(waiting, await self.rpc.statuses(waiting), strict=True):
                if status is None:
                    unseen.append(signature)
                elif status.reached(self.rpc.commitment):
                    self._settle(signature, status)
            if time.monotonic() > due:
                await self._refresh_blockhash()
                await self._send_again(unseen)
                due = time.monotonic() + REFRESH_SECONDS
            await asyncio.sleep(POLL_SECONDS)

    async def _send_again(self, unseen: list[Signature]) -> None:
        height = await self.rpc.block_height()
        for signature in unseen:
            raw, last_valid_height, _ = self._waiting[signature]
            if height > last_valid_height:
                self._settle(signature, None)
                continue
            try:
                await self.rpc.send(raw)
            except RpcError:
                continue  # the first sending was accepted; whether it lands is told by its status

    def _settle(self, signature: Signature, status: Status | None) -> None:
        _, _, landed = self._waiting.pop(signature)
        if not landed.done():
            landed.set_result(status)
