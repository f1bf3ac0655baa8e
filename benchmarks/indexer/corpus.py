"""Transactions as a node gives them, made from two that the real SVM ran: the same text, other accounts and numbers.

Each of `vaults` vaults is initialized and then deposits are made, round robin. Everything follows from the arguments.
"""

import struct
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import based58
import orjson
from windlass_indexer.attribution import EVENT_TAG
from windlass_programs.addresses import VAULT_PROGRAM_ID
from windlass_programs.idl import Idl

RECORDED = Path(__file__).parents[2] / "tests" / "unit" / "indexer" / "recorded"
PROGRAM = str(VAULT_PROGRAM_ID)
FIRST_SLOT = 1_000
START = 1_790_000_000
_NAMES = {name: discriminator for discriminator, name in Idl.load("collateral_vault_v2").events.items()}
# Of the recorded ones: the owner who pays, the vault, their token accounts.
_OWNER = b"BY2sMAdUyVsrLFyEwEavHdt6DtKUJz6m4Zft3e9sawWo"
_VAULT = b"Km8rGwpFcVFjeyaq38RWAa7Q6RinQNBZTrz8QTftVSb"
_MINT = based58.b58decode(b"Bqf1f4YEpkZM8AdqZnEjT1VPcnFGVKpzVoaQkJeP67Ky")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A transaction: where it stands, and the body that getBlock and getTransaction give of it."""

    slot: int
    index: int
    signature: str
    body: bytes  # without slot, blockTime and transactionIndex
    log_body: bytes  # the same, had the event been logged (`emit!`) instead of being a call
    vault: str
    event: bytes  # discriminator and borsh

    def result(self, body: bytes | None = None) -> bytes:
        """getTransaction's result."""
        place = f'{{"blockTime":{block_time(self.slot)},"slot":{self.slot},"transactionIndex":{self.index},'
        return place.encode() + (body or self.body)[1:]


def block_time(slot: int) -> int:
    """Unix seconds."""
    return START + (slot - FIRST_SLOT) * 2 // 5


def transactions(count: int, vaults: int, per_slot: int) -> Iterator[Recorded]:
    """In the order of the chain; `count` of them, each with one event."""
    initialized, deposited = _Template("vault_initialized"), _Template("deposit_with_lookup_table")
    keys = [(_key(f"vault {number}"), _key(f"owner {number}")) for number in range(vaults)]
    for number in range(count):
        slot, index = FIRST_SLOT + number // per_slot, number % per_slot
        vault, owner = keys[number % vaults]
        seq, at = number // vaults + 1, block_time(slot)
        header = struct.pack("<32sQq", vault, seq, at)
        signature = sha256(b"signature %d" % number).digest() * 2
        if seq == 1:
            event = _NAMES["VaultInitialized"] + header + vault + owner + _MINT + _key(f"tokens {number}")
            yield initialized.fill(slot, index, signature, vault, owner, event)
        else:
            total = (seq - 1) * 7
            event = _NAMES["Deposited"] + header + vault + owner + struct.pack("<QQQQQQ", 7, total, 0, total, total, 0)
            yield deposited.fill(slot, index, signature, vault, owner, event)


class _Template:
    def __init__(self, name: str) -> None:
        result = orjson.loads((RECORDED / f"{name}.json").read_bytes())
        for key in ("slot", "blockTime", "transactionIndex"):
            result.pop(key, None)
        calls = [call for group in result["meta"]["innerInstructions"] for call in group["instructions"]]
        (event,) = [call for call in calls if based58.b58decode(call["data"].encode()).startswith(EVENT_TAG)]
        self._event = event["data"].encode()
        self._signature = result["transaction"]["signatures"][0].encode()
        self._text = orjson.dumps(result)
        # As `emit!` would have it: no call, a line in the log before the program's last one.
        for group in result["meta"]["innerInstructions"]:
            group["instructions"] = [call for call in group["instructions"] if call["data"].encode() != self._event]
        result["meta"]["logMessages"].insert(-2, "Program data: EVENT")
        self._log_text = orjson.dumps(result)

    def fill(self, slot: int, index: int, signature: bytes, vault: bytes, owner: bytes, event: bytes) -> Recorded:
        signed = based58.b58encode(signature)
        changes = {_OWNER: based58.b58encode(owner), _VAULT: based58.b58encode(vault), self._signature: signed}
        called = self._text.replace(self._event, based58.b58encode(EVENT_TAG + event))
        logged = self._log_text.replace(b"EVENT", b64encode(event))
        for old, new in changes.items():
            called, logged = called.replace(old, new), logged.replace(old, new)
        return Recorded(slot, index, signed.decode(), called, logged, changes[_VAULT].decode(), event)


def _key(name: str) -> bytes:
    return sha256(name.encode()).digest()
