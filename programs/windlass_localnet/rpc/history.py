"""Methods about landed transactions."""

from __future__ import annotations

from typing import Any

from windlass_localnet.chain import Chain
from windlass_localnet.commitment import Commitment
from windlass_localnet.encode.transaction import status_json, transaction_json
from windlass_localnet.errors import TRANSACTION_NOT_FOUND, RpcError, invalid_params
from windlass_localnet.ledger import LandedTransaction
from windlass_localnet.rpc.context import with_context
from windlass_localnet.rpc.methods import method
from windlass_localnet.rpc.params import Config, Params, parse_signature

MAX_SIGNATURES = 1_000
MAX_STATUSES = 256


@method("getTransaction")
def get_transaction(chain: Chain, params: Params) -> dict[str, Any] | None:
    """A transaction at confirmed or finalized; null while it is not there."""
    signature = params.signature(0)
    legacy_form = len(params.values) > 1 and isinstance(params.values[1], str)
    config = Config({"encoding": params.values[1]}) if legacy_form else params.config(1)
    tip = chain.bank.slot(config.history_commitment())
    landed = chain.bank.ledger.transaction(signature)
    if landed is None or landed.slot > tip:
        return None
    version = config.integer("maxSupportedTransactionVersion")
    body = transaction_json(landed, config.text("encoding", "json"), version)
    body["blockTime"] = _block_time(chain, landed)
    body["slot"] = landed.slot
    body["transactionIndex"] = landed.index
    return body


@method("getSignaturesForAddress")
def get_signatures_for_address(chain: Chain, params: Params) -> list[dict[str, Any]]:
    """Newest first, inside a block in reversed order; `before` and `until` are both exclusive."""
    address, config = params.pubkey(0), params.config(1)
    before, until = config.signature("before"), config.signature("until")
    given = config.integer("limit")
    limit = MAX_SIGNATURES if given is None else given
    if not 1 <= limit <= MAX_SIGNATURES:
        raise invalid_params(f"Invalid limit; max {MAX_SIGNATURES}")
    tip = chain.bank.slot(config.history_commitment())
    config.check_min_context_slot(tip)
    newest = (tip + 1, 0)
    if before is not None:
        newest = min(newest, _find(chain, str(before)).position)
    oldest = _find(chain, str(until)).position if until is not None else (-1, 0)
    found: list[dict[str, Any]] = []
    for landed in chain.bank.ledger.history(address):
        if landed.position <= oldest or len(found) == limit:
            break
        if landed.position < newest:
            found.append(_signature_json(chain, landed))
    return found


@method("getSignatureStatuses")
def get_signature_statuses(chain: Chain, params: Params) -> dict[str, Any]:
    """Status of up to 256 signatures, null for those that have not landed."""
    signatures = params.texts(0)
    if len(signatures) > MAX_STATUSES:
        raise invalid_params(f"Too many inputs provided; max {MAX_STATUSES}")
    statuses: list[dict[str, Any] | None] = []
    for text in signatures:
        landed = chain.bank.ledger.transaction(parse_signature(text))
        statuses.append(_status(chain, landed) if landed is not None else None)
    return with_context(chain.bank.open.slot, statuses)


def _status(chain: Chain, landed: LandedTransaction) -> dict[str, Any]:
    reached = confirmation_status(chain, landed.slot)
    confirmations = None
    if reached is not Commitment.FINALIZED:
        confirmations = chain.bank.ledger.confirmations(landed.slot)
    return {
        "confirmationStatus": str(reached),
        "confirmations": confirmations,
        "err": landed.execution.err,
        "slot": landed.slot,
        "status": status_json(landed.execution.err),
    }


def confirmation_status(chain: Chain, slot: int) -> Commitment:
    """The commitment that a slot has reached."""
    for commitment in (Commitment.FINALIZED, Commitment.CONFIRMED):
        if slot <= chain.bank.slot(commitment):
            return commitment
    return Commitment.PROCESSED


def _find(chain: Chain, signature: str) -> LandedTransaction:
    landed = chain.bank.ledger.transaction(parse_signature(signature))
    if landed is None:
        raise RpcError(TRANSACTION_NOT_FOUND, f"Transaction {signature} not found")
    return landed


def _signature_json(chain: Chain, landed: LandedTransaction) -> dict[str, Any]:
    return {
        "blockTime": _block_time(chain, landed),
        "confirmationStatus": str(confirmation_status(chain, landed.slot)),
        "err": landed.execution.err,
        "memo": None,
        "signature": str(landed.signature),
        "slot": landed.slot,
        "transactionIndex": landed.index,
    }


def _block_time(chain: Chain, landed: LandedTransaction) -> int | None:
    block = chain.bank.ledger.block(landed.slot)
    return block.block_time if block is not None else None
