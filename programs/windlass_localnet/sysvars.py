"""The sysvars that change every slot: Clock and SlotHashes.

LiteSVM moves neither by itself, and its SlotHashes is a single constant. RecentBlockhashes is LiteSVM's
own (`expire_blockhash`), because the system program's nonce instructions take the blockhash from there.
"""

from __future__ import annotations

import struct
from collections import deque

from solders.account import Account
from solders.epoch_schedule import EpochSchedule
from solders.pubkey import Pubkey

CLOCK = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
SLOT_HASHES = Pubkey.from_string("SysvarS1otHashes111111111111111111111111111")
SYSVAR_OWNER = Pubkey.from_string("Sysvar1111111111111111111111111111111111111")
MAX_SLOT_HASHES = 512
_LAMPORTS = 1_000_000_000


class SlotHashes:
    """The hashes of the 512 newest blocks, newest first."""

    def __init__(self) -> None:
        self._entries: deque[bytes] = deque(maxlen=MAX_SLOT_HASHES)

    def add(self, slot: int, bank_hash: bytes) -> None:
        """The block of `slot` was frozen with this hash."""
        self._entries.appendleft(struct.pack("<Q", slot) + bank_hash)

    def account(self) -> Account:
        """The sysvar's account: u64 count, then (u64 slot, 32 bytes) each."""
        data = struct.pack("<Q", len(self._entries)) + b"".join(self._entries)
        return Account(_LAMPORTS, data, SYSVAR_OWNER)


def clock_account(slot: int, unix_timestamp: int, epoch_start: int, schedule: EpochSchedule) -> Account:
    """The Clock sysvar's account; times in seconds."""
    epoch = schedule.get_epoch(slot)
    data = struct.pack("<QqQQq", slot, epoch_start, epoch, epoch + 1, unix_timestamp)
    return Account(_LAMPORTS, data, SYSVAR_OWNER)
