"""Which transactions are recent enough: Solana's 150 blockhashes, or a durable nonce.

Source of the rules: Agave's runtime/src/bank/check_transactions.rs and accounts-db/src/blockhash_queue.rs.
"""

from __future__ import annotations

import hashlib
import struct
from collections import deque

from solders.account import Account
from solders.hash import Hash
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

MAX_PROCESSING_AGE = 150
_ADVANCE_NONCE_ACCOUNT = struct.pack("<I", 4)
_NONCE_STATE_LENGTH = 80
_INITIALIZED = 1


class BlockhashQueue:
    """The blockhashes that a transaction may name, with the block height of each."""

    def __init__(self) -> None:
        self._heights: dict[Hash, int] = {}
        self._order: deque[Hash] = deque()
        self._last_height = 0

    def register(self, blockhash: Hash, height: int) -> None:
        """A block was frozen."""
        self._heights[blockhash] = height
        self._order.append(blockhash)
        self._last_height = height
        if len(self._order) > MAX_PROCESSING_AGE + 1:
            del self._heights[self._order.popleft()]

    def is_valid(self, blockhash: Hash, at_height: int | None = None) -> bool:
        """Whether a transaction that names `blockhash` may run on the block of height `at_height`."""
        height = self._heights.get(blockhash)
        last = self._last_height if at_height is None else at_height
        return height is not None and height <= last <= height + MAX_PROCESSING_AGE


def durable_nonce(blockhash: Hash) -> bytes:
    """The nonce that advancing a nonce account under `blockhash` stores."""
    return hashlib.sha256(b"DURABLE_NONCE" + bytes(blockhash)).digest()


def nonce_address(message: Message | MessageV0) -> Pubkey | None:
    """The nonce account of a message whose first instruction is System AdvanceNonceAccount."""
    instructions = message.instructions
    if not instructions:
        return None
    first, keys = instructions[0], message.account_keys
    if keys[first.program_id_index] != SYSTEM_PROGRAM or first.data[:4] != _ADVANCE_NONCE_ACCOUNT:
        return None
    accounts = first.accounts
    return keys[accounts[0]] if accounts and accounts[0] < len(keys) else None


def holds_nonce(account: Account | None, message: Message | MessageV0) -> bool:
    """Whether the account is a nonce account with the message's blockhash, its authority a signer."""
    if account is None or account.owner != SYSTEM_PROGRAM:
        return False
    data = account.data
    if len(data) != _NONCE_STATE_LENGTH or struct.unpack_from("<II", data) != (1, _INITIALIZED):
        return False
    signers = message.account_keys[: message.header.num_required_signatures]
    return data[40:72] == bytes(message.recent_blockhash) and Pubkey(data[8:40]) in signers


def with_nonce(account: Account, nonce: bytes) -> Account:
    """The nonce account after it was advanced to `nonce`."""
    data = account.data
    return Account(
        account.lamports,
        data[:40] + nonce + data[72:],
        account.owner,
        account.executable,
        account.rent_epoch,
    )
