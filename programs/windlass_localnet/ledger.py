"""The stored chain: blocks in order, their transactions, and lookups by signature and address."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from windlass_localnet.commitment import Commitment, Lags
from windlass_localnet.trace import Execution


@dataclass(slots=True)
class TokenBalance:
    """An SPL token account's balance before or after a transaction, in base units."""

    account_index: int
    mint: Pubkey
    owner: Pubkey
    program: Pubkey
    amount: int
    decimals: int


@dataclass(slots=True)
class LandedTransaction:
    """A transaction in a block. `keys` are the message's keys, then loaded writable, then loaded readonly."""

    slot: int
    index: int
    transaction: VersionedTransaction
    signature: Signature
    keys: list[Pubkey]
    loaded_writable: int
    loaded_readonly: int
    execution: Execution
    fee: int
    pre_balances: list[int]
    post_balances: list[int]
    pre_token_balances: list[TokenBalance]
    post_token_balances: list[TokenBalance]

    @property
    def position(self) -> tuple[int, int]:
        """Where it is in the chain: (slot, index in the block)."""
        return self.slot, self.index


@dataclass(slots=True)
class Block:
    """A slot that has a block. `height` counts blocks, not slots: time travel skips slots."""

    slot: int
    parent_slot: int
    height: int
    blockhash: Hash
    previous_blockhash: Hash
    block_time: int
    transactions: list[LandedTransaction] = field(default_factory=list)


class Ledger:
    """All frozen blocks, and the transactions of the open slot too (they are `processed`)."""

    def __init__(self, lags: Lags, limit: int | None = None) -> None:
        """`limit`: how many blocks to keep; None keeps all."""
        self._lags = lags
        # What is not finalized yet must stay.
        self._limit = None if limit is None else max(limit, lags.finalized + 1)
        self._blocks: dict[int, Block] = {}
        self._slots: list[int] = []
        self._by_signature: dict[Signature, LandedTransaction] = {}
        # Lists: a deque for each of a million addresses is a gigabyte.
        self._by_address: dict[Pubkey, list[LandedTransaction]] = {}
        self.transaction_count = 0

    def add_transaction(self, landed: LandedTransaction) -> None:
        """Make a transaction of the open slot findable."""
        self._by_signature[landed.signature] = landed
        for key in set(landed.keys):
            self._by_address.setdefault(key, []).append(landed)
        self.transaction_count += 1

    def freeze(self, block: Block) -> None:
        """Append a finished block and forget those beyond the limit."""
        self._blocks[block.slot] = block
        self._slots.append(block.slot)
        if self._limit is not None and len(self._slots) >= 2 * self._limit:
            cut = len(self._slots) - self._limit
            for slot in self._slots[:cut]:
                self._forget(self._blocks.pop(slot))
            del self._slots[:cut]

    def _forget(self, block: Block) -> None:
        for landed in block.transactions:
            del self._by_signature[landed.signature]
            for key in set(landed.keys):
                history = self._by_address[key]
                del history[0]
                if not history:
                    del self._by_address[key]

    def frozen_slot(self, commitment: Commitment) -> int:
        """The newest block at a commitment; for processed, the newest frozen one."""
        lag = {Commitment.CONFIRMED: self._lags.confirmed, Commitment.FINALIZED: self._lags.finalized}
        return self._slots[-min(lag.get(commitment, 1), len(self._slots))]

    def block(self, slot: int) -> Block | None:
        """The block of a slot, if it has one."""
        return self._blocks.get(slot)

    @property
    def first_slot(self) -> int:
        """The oldest block that is still kept."""
        return self._slots[0]

    @property
    def newest(self) -> Block:
        """The newest frozen block."""
        return self._blocks[self._slots[-1]]

    def slots(self, first: int, last: int) -> list[int]:
        """Slots with a block, `first` to `last`, both included."""
        return self._slots[bisect_right(self._slots, first - 1) : bisect_right(self._slots, last)]

    def slots_from(self, first: int, limit: int) -> list[int]:
        """The first `limit` slots with a block from `first` on."""
        start = bisect_right(self._slots, first - 1)
        return self._slots[start : start + limit]

    def transaction(self, signature: Signature) -> LandedTransaction | None:
        """A transaction by its first signature."""
        return self._by_signature.get(signature)

    def history(self, address: Pubkey) -> Iterator[LandedTransaction]:
        """Transactions that name an address, newest first: inside a block in reversed order."""
        return reversed(self._by_address.get(address, []))

    def confirmations(self, slot: int) -> int:
        """Blocks built on the block of `slot`."""
        return len(self._slots) - bisect_right(self._slots, slot)
