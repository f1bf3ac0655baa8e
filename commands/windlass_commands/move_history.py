"""What a migration's tracker said of each account: read from a node's history, proven by the tracker's own digest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import based58
from solders.pubkey import Pubkey
from windlass_programs.codec import Codec, Decoded
from windlass_programs.digests import NEW_STREAM_DIGEST, next_stream_digest
from windlass_programs.idl import Idl

from windlass_commands.rpc import Rpc

# Anchor's emit_cpi!: the data of the call by which a program tells itself of an event.
EVENT_TAG = bytes.fromhex("e445a52e51cb9a1d")
SIGNATURES_A_CALL = 1_000
TRANSACTIONS_A_CALL = 40
MIGRATED, REVERTED = "AccountMigrated", "AccountReverted"


@dataclass
class MoveHistory:
    """What the tracker's events say. `digest` at `seq` is to be the tracker's own, or something is missing.

    `after` has for each account the sha256 of its data when it was moved last; `migrated` and `reverted` count.
    """

    seq: int = 0
    digest: bytes = NEW_STREAM_DIGEST
    migrated: int = 0
    reverted: int = 0
    # Accounts that went the same way twice in a row.
    twice: list[str] = field(default_factory=list)
    after: dict[bytes, bytes] = field(default_factory=dict)
    in_new_layout: set[bytes] = field(default_factory=set)

    def take(self, data: bytes, event: Decoded) -> None:
        """The next event of the stream."""
        self.seq += 1
        self.digest = next_stream_digest(self.digest, data)
        if event.name not in (MIGRATED, REVERTED):
            return
        account = bytes(Pubkey.from_string(event.fields["account"]))
        forth = event.name == MIGRATED
        self.migrated += forth
        self.reverted += not forth
        if forth and account in self.in_new_layout:
            self.twice.append(event.fields["account"])
        (self.in_new_layout.add if forth else self.in_new_layout.discard)(account)
        self.after[account] = bytes.fromhex(event.fields["after"])


async def read_history(rpc: Rpc, program_id: Pubkey, tracker: Pubkey) -> MoveHistory:
    """All events of the tracker's stream that the node still knows, in order. Raises RpcError."""
    codec, history = Codec(Idl.load("windlass")), MoveHistory()
    async for data in _events(rpc, str(program_id), await _signatures(rpc, tracker)):
        event = codec.event(data)
        if event.fields["header"]["stream"] == str(tracker):
            history.take(data, event)
    return history


async def _signatures(rpc: Rpc, tracker: Pubkey) -> list[str]:
    """Of the transactions that name the tracker and succeeded, oldest first."""
    found: list[str] = []
    options: dict[str, Any] = {"limit": SIGNATURES_A_CALL, "commitment": _history_commitment(rpc)}
    while page := await rpc.call("getSignaturesForAddress", str(tracker), options):
        found += [each["signature"] for each in page if each["err"] is None]
        options["before"] = page[-1]["signature"]
    return found[::-1]


async def _events(rpc: Rpc, program_id: str, signatures: Sequence[str]) -> AsyncIterator[bytes]:
    """The program's events in these transactions: discriminator and borsh, without the tag.

    Only the program itself can call itself so: it checks its event authority's signature.
    """
    commitment = _history_commitment(rpc)
    options = {"encoding": "json", "commitment": commitment, "maxSupportedTransactionVersion": 1}
    for start in range(0, len(signatures), TRANSACTIONS_A_CALL):
        part = signatures[start : start + TRANSACTIONS_A_CALL]
        for found in await rpc.batch("getTransaction", [(signature, options) for signature in part]):
            if found is None:
                continue  # pruned, or not there yet: the digest tells
            meta, message = found["meta"], found["transaction"]["message"]
            loaded = meta.get("loadedAddresses") or {"writable": [], "readonly": []}
            keys = [*message["accountKeys"], *loaded["writable"], *loaded["readonly"]]
            for group in meta["innerInstructions"] or []:
                for call in group["instructions"]:
                    if keys[call["programIdIndex"]] != program_id:
                        continue
                    data = based58.b58decode(call["data"].encode())
                    if data.startswith(EVENT_TAG):
                        yield data[len(EVENT_TAG) :]


def _history_commitment(rpc: Rpc) -> str:
    """Nodes keep no history of what is only processed."""
    return "confirmed" if rpc.commitment == "processed" else rpc.commitment
