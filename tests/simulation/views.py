"""The simulated chain as it stands at one moment, and the methods of Solana's JSON-RPC that only read it.

Codes and messages of refusals are those of Agave (rpc-client-api, custom_error.rs).
"""

import asyncio
import random
from base64 import b64encode
from collections.abc import Callable
from functools import cached_property
from typing import Any

from based58 import b58decode
from integration.indexer.synthetic import address
from simulation.ledger import MINT, WINDLASS, Block, Executed, Move, Planned, Run, Script, Stream, token_account, vault

GENESIS = address("genesis of the simulated chain")
_CLOCK = "SysvarC1ock11111111111111111111111111111111"
_PAGE = 1_000
# Account data of a stream: discriminator, seq u64, digest, and what else the account holds.
_REST = bytes(40)

Answer = Any


class Refused(Exception):
    """A JSON-RPC error."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message} | ({"data": data} if data is not None else {})


class View:
    """The blocks from the first to the newest confirmed one; those up to `final` (an index) are finalized."""

    def __init__(self, blocks: list[Block], final: int, streams: dict[str, Stream] | None = None) -> None:
        """`streams` are the accounts' where they are not those of the newest block."""
        self.blocks = blocks
        self.final = final
        self.streams = streams

    def account(self, block: Block, name: str) -> Answer:
        """As it is after the block."""
        return _account(block, name, block.streams if self.streams is None else self.streams)

    def upto(self, commitment: str | None) -> list[Block]:
        """The blocks that are there at this commitment (finalized unless told otherwise, as in Agave)."""
        return self.blocks if commitment in ("confirmed", "processed") else self.blocks[: self.final + 1]

    @cached_property
    def places(self) -> dict[str, tuple[int, int]]:
        """Where each transaction is: index of block, index in it."""
        return {
            transaction.signature: (number, index)
            for number, block in enumerate(self.blocks)
            for index, transaction in enumerate(block.transactions)
        }

    @cached_property
    def by_slot(self) -> dict[int, int]:
        """Indexes of blocks."""
        return {block.slot: number for number, block in enumerate(self.blocks)}


class Growth:
    """The chain as it grows, move by move; after the script's last one with empty blocks."""

    def __init__(self, script: Script, run: Run) -> None:
        self._script = script
        self._run = run
        self._moves = iter(script.moves)
        # What the accounts come from, where it is not what is told.
        self.accounts: Growth | None = None
        self._blocks: list[Block] = []
        self._final = 0
        self.ended = asyncio.Event()
        self.added: list[Block] = []
        self.view = View([], 0)
        self.step()

    def step(self) -> View:
        """The next move; `added` are the blocks that came with it."""
        if self.accounts is not None:
            self.accounts.step()
        move = next(self._moves, None)
        if move is None:
            self.ended.set()
            tip = self._blocks[-1]
            move = Move(0, (Planned(tip.slot + 1, tip.time, 0, ()),))
        blocks = self._blocks[: len(self._blocks) - move.taken_back]
        kept = len(blocks)
        for planned in move.blocks:
            blocks.append(self._run.block(planned, blocks[-1] if blocks else None))
        self._blocks = blocks
        self._final = max(self._final, len(blocks) - 1 - self._script.lag)
        assert self._final < max(kept, 1), "the script takes back what is final"
        self.added = blocks[kept:]
        self.view = View(blocks, self._final, self.accounts.view.blocks[-1].streams if self.accounts else None)
        return self.view


class Reader:
    """Answers from views. `shuffle` (None: as Agave) sets the order in which the node lists a slot's transactions."""

    def __init__(self, now: Callable[[], View], shuffle: int | None = None, tells_index: bool = True) -> None:
        self._now = now
        self._shuffle = shuffle
        self._tells_index = tells_index
        # The node has pruned what is before this slot.
        self.kept_from = 0
        # Transactions that the node has not got yet, although it has their slots.
        self.unlisted: Callable[[Executed, int], bool] = lambda transaction, age: False
        self.absent: Callable[[Executed], bool] = lambda transaction: False

    def call(self, method: str, params: list[Any]) -> Answer:
        """Raises Refused."""
        answer = getattr(self, f"_{method}", None)
        if answer is None:
            raise Refused(-32601, "Method not found")
        options = next((param for param in params if isinstance(param, dict)), {})
        view = self._now()
        at = view.upto(options.get("commitment"))[-1].slot
        if (least := options.get("minContextSlot")) is not None and at < least:
            raise Refused(-32016, "Minimum context slot has not been reached", {"contextSlot": at})
        return answer(view, options, *[param for param in params if not isinstance(param, dict)])

    def _getGenesisHash(self, view: View, options: Any) -> Answer:  # noqa: N802
        return GENESIS

    def _getHealth(self, view: View, options: Any) -> Answer:  # noqa: N802
        return "ok"

    def _getVersion(self, view: View, options: Any) -> Answer:  # noqa: N802
        return {"solana-core": "4.2.2", "feature-set": 1}

    def _getFirstAvailableBlock(self, view: View, options: Any) -> Answer:  # noqa: N802
        return self.kept_from

    def _minimumLedgerSlot(self, view: View, options: Any) -> Answer:  # noqa: N802
        return 0

    def _getSlot(self, view: View, options: Any) -> Answer:  # noqa: N802
        return view.upto(options.get("commitment"))[-1].slot

    def _getBlockHeight(self, view: View, options: Any) -> Answer:  # noqa: N802
        return len(view.upto(options.get("commitment")))

    def _getBlockTime(self, view: View, options: Any, slot: int) -> Answer:  # noqa: N802
        return self._block(view, slot, "confirmed").time

    def _getBlocks(self, view: View, options: Any, first: int, last: int | None = None) -> Answer:  # noqa: N802
        slots = [block.slot for block in view.upto(options.get("commitment")) if block.slot >= first]
        return [slot for slot in slots if last is None or slot <= last]

    def _getBlocksWithLimit(self, view: View, options: Any, first: int, limit: int) -> Answer:  # noqa: N802
        return [block.slot for block in view.upto(options.get("commitment")) if block.slot >= first][:limit]

    def _getAccountInfo(self, view: View, options: Any, name: str) -> Answer:  # noqa: N802
        tip = view.upto(options.get("commitment"))[-1]
        return {"context": {"slot": tip.slot}, "value": view.account(tip, name)}

    def _getMultipleAccounts(self, view: View, options: Any, names: list[str]) -> Answer:  # noqa: N802
        tip = view.upto(options.get("commitment"))[-1]
        return {"context": {"slot": tip.slot}, "value": [view.account(tip, name) for name in names]}

    def _getSignaturesForAddress(self, view: View, options: Any, name: str) -> Answer:  # noqa: N802
        if options.get("minContextSlot", 0) > (slot := view.upto(options.get("commitment"))[-1].slot):
            raise Refused(-32016, "Minimum context slot has not been reached", {"contextSlot": slot})
        after = self._limit(view, options.get("until"))
        before = self._limit(view, options.get("before"))
        page: list[Any] = []
        blocks = view.upto(options.get("commitment"))
        for number in range(len(blocks) - 1, -1, -1):
            if before is not None and number > before[0]:
                continue
            if (after is not None and number < after[0]) or blocks[number].slot < self.kept_from:
                break
            for place, transaction in self._listed(blocks[number]):
                within = (before is None or (number, place) < before) and (after is None or (number, place) > after)
                age = blocks[-1].slot - blocks[number].slot
                if within and name in transaction.mentions and not self.unlisted(transaction, age):
                    page.append(self._item(view, number, transaction))
        return page[: options.get("limit", _PAGE)]

    def _getTransaction(self, view: View, options: Any, signature: str) -> Answer:  # noqa: N802
        place = view.places.get(signature)
        if place is None or place[0] >= len(view.upto(options.get("commitment"))):
            return None
        number, index = place
        block = view.blocks[number]
        transaction = block.transactions[index]
        if self.absent(transaction) or block.slot < self.kept_from:
            return None
        _refuse_version(transaction, options)
        told = {"transactionIndex": index} if self._tells_index else {}
        return transaction.result | {"slot": block.slot, "blockTime": block.time} | told

    def _getSignatureStatuses(self, view: View, options: Any, signatures: list[str]) -> Answer:  # noqa: N802
        values: list[Any] = []
        for signature in signatures:
            if (place := view.places.get(signature)) is None:
                values.append(None)
                continue
            block = view.blocks[place[0]]
            error = block.transactions[place[1]].result["meta"]["err"]
            status = "finalized" if place[0] <= view.final else "confirmed"
            values.append({"slot": block.slot, "confirmations": None, "err": error, "confirmationStatus": status})
        return {"context": {"slot": view.blocks[-1].slot}, "value": values}

    def _getBlock(self, view: View, options: Any, slot: int) -> Answer:  # noqa: N802
        block = self._block(view, slot, options.get("commitment"))
        answer = {
            "blockhash": _hash(block),
            "previousBlockhash": address(f"hash of {block.parent}"),
            "parentSlot": block.parent,
            "blockHeight": view.by_slot[slot],
            "blockTime": block.time,
        }
        transactions = block.transactions
        # A node gives a block whole or not at all.
        if [transaction for transaction in transactions if self.absent(transaction)]:
            raise Refused(-32004, f"Block not available for slot {slot}")
        match options.get("transactionDetails", "full"):
            case "none":
                return answer
            case "signatures":
                return answer | {"signatures": [transaction.signature for transaction in transactions]}
        for transaction in transactions:
            _refuse_version(transaction, options)
        return answer | {"transactions": [transaction.result for transaction in transactions]}

    def _block(self, view: View, slot: int, commitment: str | None) -> Block:
        blocks = view.upto(commitment)
        if slot > blocks[-1].slot:
            raise Refused(-32004, f"Block not available for slot {slot}")
        if (number := view.by_slot.get(slot)) is None or slot < self.kept_from:
            raise Refused(-32007, f"Slot {slot} was skipped, or missing due to ledger jump to recent snapshot")
        return blocks[number]

    def _limit(self, view: View, signature: str | None) -> tuple[int, int] | None:
        """A place in the order in which the node lists, oldest first."""
        if signature is None:
            return None
        if (found := view.places.get(signature)) is None:
            raise Refused(-32020, f"Transaction {signature} not found")
        number, _ = found
        place = next(p for p, other in self._listed(view.blocks[number]) if other.signature == signature)
        return number, place

    def _listed(self, block: Block) -> list[tuple[int, Executed]]:
        """A block's transactions with their places, the newest first."""
        order = list(block.transactions)
        if self._shuffle is not None:
            random.Random(f"{self._shuffle} {block.slot}").shuffle(order)
        return list(enumerate(order))[::-1]

    def _item(self, view: View, number: int, transaction: Executed) -> Answer:
        block = view.blocks[number]
        told = {"transactionIndex": block.transactions.index(transaction)} if self._tells_index else {}
        return {
            "signature": transaction.signature,
            "slot": block.slot,
            "err": transaction.result["meta"]["err"],
            "memo": None,
            "blockTime": block.time,
            "confirmationStatus": "finalized" if number <= view.final else "confirmed",
        } | told


def _hash(block: Block) -> str:
    return address(f"hash of {block.slot} {[t.signature for t in block.transactions]}")


def _refuse_version(transaction: Executed, options: Any) -> None:
    version = transaction.result["version"]
    if version != "legacy" and version > options.get("maxSupportedTransactionVersion", -1):
        raise Refused(-32015, f"Transaction version ({version}) is not supported by the requesting client.")


# Whose tokens an account holds.
_HOLDERS = {token_account(number): vault(number) for number in range(6)}


def _account(tip: Block, name: str, streams: dict[str, Stream]) -> Answer:
    if name == _CLOCK:
        data = tip.slot.to_bytes(8, "little") + bytes(24) + tip.time.to_bytes(8, "little", signed=True)
    elif stream := streams.get(name):
        data = bytes(8) + stream.seq.to_bytes(8, "little") + stream.digest + _REST
    elif stream := streams.get(holder := _HOLDERS.get(name, "")):
        balance = stream.deposited - stream.withdrawn
        data = b58decode(MINT.encode()) + b58decode(holder.encode()) + balance.to_bytes(8, "little") + bytes(93)
    else:
        return None
    return {
        "lamports": 1,
        "owner": WINDLASS,
        "data": [b64encode(data).decode(), "base64"],
        "executable": False,
        "rentEpoch": 2**64 - 1,
        "space": len(data),
    }
