"""Methods about blocks and blockhashes."""

from __future__ import annotations

from typing import Any

from windlass_localnet.blockhashes import MAX_PROCESSING_AGE
from windlass_localnet.chain import Chain
from windlass_localnet.commitment import Commitment
from windlass_localnet.encode.transaction import accounts_json, transaction_json
from windlass_localnet.errors import BLOCK_NOT_AVAILABLE, RpcError, invalid_params
from windlass_localnet.ledger import Block
from windlass_localnet.rpc.context import context_slot, with_context
from windlass_localnet.rpc.methods import method
from windlass_localnet.rpc.params import Config, Params

MAX_SLOT_RANGE = 500_000


@method("getLatestBlockhash")
def get_latest_blockhash(chain: Chain, params: Params) -> dict[str, Any]:
    """The newest blockhash at the commitment and the last height at which it is accepted."""
    config = params.config(0)
    slot = context_slot(chain, config)
    block = _newest_frozen(chain, config.commitment)
    value = {"blockhash": str(block.blockhash), "lastValidBlockHeight": block.height + MAX_PROCESSING_AGE}
    return with_context(slot, value)


@method("isBlockhashValid")
def is_blockhash_valid(chain: Chain, params: Params) -> dict[str, Any]:
    """Whether a transaction with this blockhash would be accepted."""
    blockhash, config = params.hash(0), params.config(1)
    slot = context_slot(chain, config)
    height = _newest_frozen(chain, config.commitment).height
    return with_context(slot, chain.bank.blockhashes.is_valid(blockhash, height))


@method("getBlock")
def get_block(chain: Chain, params: Params) -> dict[str, Any]:
    """A block at confirmed or finalized; -32004 when it is not there yet, or was skipped."""
    slot, config = params.integer(0), _block_config(params)
    block = _block(chain, slot, config.history_commitment())
    body: dict[str, Any] = {
        "blockHeight": block.height,
        "blockTime": block.block_time,
        "blockhash": str(block.blockhash),
        "parentSlot": block.parent_slot,
        "previousBlockhash": str(block.previous_blockhash),
    }
    details = config.text("transactionDetails", "full")
    max_version = config.integer("maxSupportedTransactionVersion")
    if details == "full":
        encoding = config.text("encoding", "json")
        body["transactions"] = [transaction_json(t, encoding, max_version) for t in block.transactions]
    elif details == "accounts":
        body["transactions"] = [accounts_json(t, max_version) for t in block.transactions]
    elif details == "signatures":
        body["signatures"] = [str(t.signature) for t in block.transactions]
    elif details != "none":
        raise invalid_params(f"unknown transactionDetails {details}; use full, accounts, signatures or none")
    if config.flag("rewards", True):
        body["rewards"] = []
    return body


@method("getBlocks")
def get_blocks(chain: Chain, params: Params) -> list[int]:
    """Slots with a block between two, both included."""
    first = params.integer(0)
    end_given = len(params.values) > 1 and isinstance(params.values[1], int)
    config = params.config(2 if end_given or len(params.values) > 2 else 1)
    tip = chain.bank.slot(config.history_commitment())
    last = min(params.integer(1), tip) if end_given else tip
    if last - first > MAX_SLOT_RANGE:
        raise invalid_params(f"Slot range too large; max {MAX_SLOT_RANGE}")
    return chain.bank.ledger.slots(first, last) if first <= last else []


@method("getBlocksWithLimit")
def get_blocks_with_limit(chain: Chain, params: Params) -> list[int]:
    """The first slots with a block from one on."""
    first, limit, config = params.integer(0), params.integer(1), params.config(2)
    tip = chain.bank.slot(config.history_commitment())
    if limit > MAX_SLOT_RANGE:
        raise invalid_params(f"Limit too large; max {MAX_SLOT_RANGE}")
    return [slot for slot in chain.bank.ledger.slots_from(first, limit) if slot <= tip]


@method("getBlockTime")
def get_block_time(chain: Chain, params: Params) -> int:
    """A block's time in unix seconds."""
    return _block(chain, params.integer(0), Commitment.CONFIRMED).block_time


@method("getFirstAvailableBlock")
def get_first_available_block(chain: Chain, params: Params) -> int:
    """The oldest block kept."""
    return chain.bank.ledger.first_slot


@method("minimumLedgerSlot")
def minimum_ledger_slot(chain: Chain, params: Params) -> int:
    """The oldest slot kept."""
    return chain.bank.ledger.first_slot


def _newest_frozen(chain: Chain, commitment: Commitment) -> Block:
    block = chain.bank.ledger.block(chain.bank.ledger.frozen_slot(commitment))
    if block is None:
        raise LookupError("the ledger always holds the blocks that are not finalized")
    return block


def _block(chain: Chain, slot: int, commitment: Commitment) -> Block:
    block = chain.bank.ledger.block(slot) if slot <= chain.bank.slot(commitment) else None
    if block is None:
        raise RpcError(BLOCK_NOT_AVAILABLE, f"Block not available for slot {slot}")
    return block


def _block_config(params: Params) -> Config:
    if len(params.values) > 1 and isinstance(params.values[1], str):
        return Config({"encoding": params.values[1]})  # the form of old clients
    return params.config(1)
