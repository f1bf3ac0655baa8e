"""What several nodes say of the same accounts, each by itself: one may lie and not be found out, two have to agree."""

import asyncio
import logging
from collections.abc import Sequence
from time import monotonic

from windlass_indexer.chain import AccountAt, Chain
from windlass_indexer.endpoints import BEHIND_SLOTS
from windlass_indexer.errors import RpcError

_log = logging.getLogger(__name__)

_ANSWER_SECONDS = 5.0
# One that did not answer keeps the others waiting no more often than this.
_LEFT_OUT_SECONDS = 10.0


class Witnesses:
    """The nodes in the order in which they are named: the first that is not behind the others is followed."""

    def __init__(self, nodes: Sequence[Chain]) -> None:
        self._nodes = nodes
        self._left_out: dict[Chain, float] = {}  # until when

    async def accounts(self, addresses: Sequence[str]) -> list[tuple[str, list[AccountAt]]]:
        """By node that answers, with its URL as it may be shown; the one that is followed first.

        Raises RpcError where none answers.
        """
        now = monotonic()
        asked = [node for node in self._nodes if self._left_out.get(node, 0.0) <= now] or self._nodes
        answers = await asyncio.gather(*(self._ask(node, addresses) for node in asked))
        told = [
            (node.shown, answer)
            for node, answer in zip(asked, answers, strict=True)
            if not isinstance(answer, Exception)
        ]
        if not told:
            raise next(answer for answer in answers if isinstance(answer, Exception))
        for node, answer in zip(asked, answers, strict=True):
            if isinstance(answer, Exception):
                _log.warning("%s says nothing of the accounts: %s", node.shown, answer or type(answer).__name__)
                self._left_out[node] = monotonic() + _LEFT_OUT_SECONDS
        slots = {name: max((account.slot for account in accounts), default=0) for name, accounts in told}
        newest = max(slots.values())
        return sorted(told, key=lambda each: newest - slots[each[0]] >= BEHIND_SLOTS)

    async def _ask(self, node: Chain, addresses: Sequence[str]) -> list[AccountAt] | RpcError | TimeoutError:
        if len(self._nodes) == 1:
            return await node.accounts(addresses)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await node.accounts(addresses)
        except (RpcError, TimeoutError) as error:
            return error
