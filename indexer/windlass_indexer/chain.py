"""What is asked of the chain: signatures of an address, transactions, accounts, and the time."""

from base64 import b64decode
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from windlass_indexer.endpoints import Endpoints
from windlass_indexer.errors import RpcRefused, RpcUnreachable
from windlass_indexer.rpc import SIGNATURE_NOT_FOUND, Rpc

Json = Any

_CLOCK = "SysvarC1ock11111111111111111111111111111111"
# Clock: slot u64, epoch_start_timestamp i64, epoch u64, leader_schedule_epoch u64, unix_timestamp i64.
_CLOCK_UNIX_TIMESTAMP = slice(32, 40)
_PAGE = 1_000  # the most that getSignaturesForAddress gives
_BLOCKS_AHEAD = 5  # a block without any transaction is rare
_MAX_ACCOUNTS = 100  # the most that getMultipleAccounts takes
_CONFIRMED = {"commitment": "confirmed"}
# Always 1: without it, one transaction of that version makes the node refuse.
_SIGNATURES = _CONFIRMED | {"maxSupportedTransactionVersion": 1, "transactionDetails": "signatures", "rewards": False}
_TRANSACTION = {"encoding": "json", "commitment": "confirmed", "maxSupportedTransactionVersion": 1}


@dataclass(frozen=True, slots=True)
class ChainTime:
    """The newest confirmed and finalized slot, and Clock's unix time (seconds) at the former."""

    confirmed_slot: int
    finalized_slot: int
    unix_timestamp: int


class ListedSignature(NamedTuple):
    """A transaction in an address' history, `failed` as the ledger has it; with `block_time` (unix seconds) and its
    index in the block, where the node tells them.
    """

    signature: str
    slot: int
    failed: bool
    block_time: int | None = None
    transaction_index: int | None = None


@dataclass(frozen=True, slots=True)
class AccountAt:
    """An account's data (None: there is no such account) at a confirmed slot."""

    address: str
    slot: int
    data: bytes | None


class Chain:
    """Reads a chain at commitment confirmed. Every method raises RpcUnreachable or RpcRefused."""

    def __init__(self, rpc: Rpc | Endpoints) -> None:
        self._rpc = rpc

    @property
    def shown(self) -> str:
        """The node's URL as it may be shown; of several, all of them."""
        return self._rpc.shown

    @property
    def nodes(self) -> "list[Chain]":
        """Each node by itself."""
        return [Chain(node) for node in self._rpc.nodes]

    async def genesis_hash(self) -> str:
        """What tells this chain from every other."""
        return str(await self._rpc.call("getGenesisHash"))

    async def time(self) -> ChainTime:
        """Two methods in one request."""
        clock, finalized = await self._rpc.together(
            [
                ("getAccountInfo", [_CLOCK, {"encoding": "base64", "commitment": "confirmed"}]),
                ("getSlot", [{"commitment": "finalized"}]),
            ]
        )
        if isinstance(clock, RpcRefused):
            raise clock
        if isinstance(finalized, RpcRefused):
            raise finalized
        if clock["value"] is None:
            raise RpcUnreachable("the node has no Clock sysvar: is it a Solana RPC?")
        data = b64decode(clock["value"]["data"][0])
        return ChainTime(
            confirmed_slot=clock["context"]["slot"],
            finalized_slot=finalized,
            unix_timestamp=int.from_bytes(data[_CLOCK_UNIX_TIMESTAMP], "little", signed=True),
        )

    async def history(
        self, address: str, until: str | None, before: str | None = None, at_least: int = 0
    ) -> AsyncIterator[list[ListedSignature]]:
        """Pages of the address' transactions, newest first, from before `before` (None: from the newest) down to but
        without `until` (None: to the first).

        The order within a slot is not to be relied on. A node that does not know `until` refuses (see
        `is_unknown_signature`), and so does one that has not reached the slot `at_least`.
        """
        while True:
            options: Json = {"limit": _PAGE, "commitment": "confirmed"}
            options |= {"minContextSlot": at_least} if at_least else {}
            options |= {"before": before} if before else {}
            options |= {"until": until} if until else {}
            page = await self._rpc.call("getSignaturesForAddress", address, options)
            if page:
                yield [
                    ListedSignature(
                        item["signature"],
                        item["slot"],
                        item["err"] is not None,
                        item.get("blockTime"),
                        item.get("transactionIndex"),
                    )
                    for item in page
                ]
            if len(page) < _PAGE:
                return
            before = page[-1]["signature"]

    async def transactions(self, signatures: Sequence[str]) -> list[Json | RpcRefused | None]:
        """getTransaction results in the same order; None is "not yet", never "nothing"."""
        return await self._rpc.batch("getTransaction", [(signature, _TRANSACTION) for signature in signatures])

    async def block(self, slot: int) -> dict[str, Json]:
        """All of a block's transactions by signature, each as getTransaction gives it; none is "not yet"."""
        block = await self._rpc.call("getBlock", slot, _TRANSACTION | {"transactionDetails": "full", "rewards": False})
        if block is None:
            return {}
        return {
            str(body["transaction"]["signatures"][0]): body
            | {"slot": slot, "blockTime": block["blockTime"], "transactionIndex": index}
            for index, body in enumerate(block["transactions"])
        }

    async def not_in_block(self, places: Mapping[str, int]) -> set[str]:
        """Of these signatures, each with a slot, those that are not in that slot's block on the node's confirmed fork.

        What the node cannot know is not among them: slots that it has not reached, or keeps no more; all of them where
        it serves no blocks.
        """
        if not places:
            return set()
        slots = sorted(set(places.values()))
        tip, oldest, *blocks = await self._rpc.together(
            [
                ("getSlot", [_CONFIRMED]),
                ("getFirstAvailableBlock", []),
                *(("getBlocks", [slot, slot, _CONFIRMED]) for slot in slots),
            ]
        )
        if isinstance(tip, RpcRefused) or isinstance(oldest, RpcRefused):
            return set()
        known = {slot: there for slot, there in zip(slots, blocks, strict=True) if oldest <= slot <= tip}
        skipped = {slot for slot, there in known.items() if there == []}
        made = [slot for slot, there in known.items() if there == [slot]]
        answers = await self._rpc.batch("getBlock", [(slot, _SIGNATURES) for slot in made])
        within = {
            slot: set(block["signatures"])
            for slot, block in zip(made, answers, strict=True)
            if block is not None and not isinstance(block, RpcRefused)
        }
        return {s for s, slot in places.items() if slot in skipped or (slot in within and s not in within[slot])}

    async def signature_after(self, slot: int) -> str | None:
        """The first signature after `slot`, where a history of no more than that slot begins; None: at its newest."""
        try:
            for next_slot in await self._rpc.call("getBlocksWithLimit", slot + 1, _BLOCKS_AHEAD, _CONFIRMED):
                if signatures := (await self._rpc.call("getBlock", next_slot, _SIGNATURES))["signatures"]:
                    return str(signatures[0])
        except RpcRefused:
            pass  # a node without blocks: its history begins at the newest, and what is too new is left out
        return None

    async def first_available_slot(self) -> int:
        """Before it, the node has no transactions."""
        return int(await self._rpc.call("getFirstAvailableBlock"))

    async def accounts(self, addresses: Sequence[str]) -> list[AccountAt]:
        """The accounts in the same order, each with the slot of its answer."""
        chunks = [addresses[i : i + _MAX_ACCOUNTS] for i in range(0, len(addresses), _MAX_ACCOUNTS)]
        options = {"encoding": "base64", "commitment": "confirmed"}
        answers = await self._rpc.batch("getMultipleAccounts", [(chunk, options) for chunk in chunks])
        found: list[AccountAt] = []
        for chunk, answer in zip(chunks, answers, strict=True):
            if isinstance(answer, RpcRefused):
                raise answer
            slot = answer["context"]["slot"]
            for address, account in zip(chunk, answer["value"], strict=True):
                data = None if account is None else b64decode(account["data"][0])
                found.append(AccountAt(address, slot, data))
        return found


def is_unknown_signature(error: RpcRefused) -> bool:
    """Whether the node refused because it does not (or no longer) know the signature named in a history."""
    return error.code == SIGNATURE_NOT_FOUND
