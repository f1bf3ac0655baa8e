"""Methods that take a transaction or a message."""

from __future__ import annotations

import base64
import binascii
import contextlib
from typing import Any

from solders.compute_budget import set_compute_unit_limit
from solders.message import Message, MessageV0, from_bytes_versioned
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from windlass_localnet import message as messages
from windlass_localnet.bank import Simulation
from windlass_localnet.chain import Chain
from windlass_localnet.commitment import Commitment
from windlass_localnet.encode import base58
from windlass_localnet.encode.account import account_json
from windlass_localnet.encode.transaction import inner_instructions_json, return_data_json
from windlass_localnet.errors import (
    INTERNAL_ERROR,
    SEND_TRANSACTION_PREFLIGHT_FAILURE,
    TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    RpcError,
    TransactionRefused,
    invalid_params,
)
from windlass_localnet.rpc.context import context_slot, with_context
from windlass_localnet.rpc.methods import method
from windlass_localnet.rpc.params import Config, Params, parse_pubkey
from windlass_localnet.trace import Execution

PACKET_DATA_SIZE = 1232
MAX_BASE58_SIZE = 1683
MAX_BASE64_SIZE = 1644
_TYPE = "solana_transaction::versioned::VersionedTransaction"
# What a person reads in a preflight failure; other errors are named as they are.
_WORDS = {
    "BlockhashNotFound": "Blockhash not found",
    "AlreadyProcessed": "This transaction has already been processed",
    "AccountNotFound": "Attempt to debit an account but found no record of a prior credit.",
    "ProgramAccountNotFound": "Attempt to load a program that does not exist",
    "InvalidProgramForExecution": "This program may not be used for executing instructions",
    "InsufficientFundsForFee": "Insufficient funds for fee",
}


@method("sendTransaction")
def send_transaction(chain: Chain, params: Params) -> str:
    """Preflight, then run in the open slot; the signature.

    A transaction that fails lands with its error where preflight was skipped; one that cannot land
    (unknown blockhash, no funds for the fee) is dropped without a word then, as on a cluster.
    """
    config = params.config(1)
    transaction = _decode(params.text(0), config.text("encoding", "base58"))
    if not config.flag("skipPreflight"):
        preflight = Commitment.parse(config.values.get("preflightCommitment"))
        config.check_min_context_slot(chain.bank.slot(preflight))
        _verify_signatures(transaction)
        execution = chain.bank.simulate(transaction, preflight).execution
        if execution.err is not None:
            raise _preflight_failure(execution)
    with contextlib.suppress(TransactionRefused):
        chain.process(transaction)
    return str(transaction.signatures[0])


@method("simulateTransaction")
def simulate_transaction(chain: Chain, params: Params) -> dict[str, Any]:
    """Run a transaction on the newest state and change nothing."""
    config = params.config(1)
    transaction = _decode(params.text(0), config.text("encoding", "base58"))
    slot = context_slot(chain, config)
    replace, verify = config.flag("replaceRecentBlockhash"), config.flag("sigVerify")
    if verify and replace:
        raise invalid_params("sigVerify may not be used with replaceRecentBlockhash")
    if verify:
        _verify_signatures(transaction)
    chain.bank.svm.with_sigverify(False)
    try:
        simulation = chain.bank.simulate(transaction, config.commitment, check_blockhash=not replace)
    finally:
        chain.bank.svm.with_sigverify(True)
    execution = simulation.execution
    value: dict[str, Any] = {
        "accounts": _requested_accounts(chain, config, simulation),
        "err": execution.err,
        "innerInstructions": (inner_instructions_json(execution) if config.flag("innerInstructions") else None),
        "logs": execution.logs,
        "replacementBlockhash": None,
        "returnData": return_data_json(execution.return_data) if execution.return_data else None,
        "unitsConsumed": execution.compute_units,
    }
    if replace:
        newest = chain.bank.ledger.newest
        value["replacementBlockhash"] = {
            "blockhash": str(newest.blockhash),
            "lastValidBlockHeight": newest.height + 150,
        }
    return with_context(slot, value)


@method("requestAirdrop")
def request_airdrop(chain: Chain, params: Params) -> str:
    """Lamports from the faucet, by an ordinary transfer."""
    address, lamports = params.pubkey(0), params.integer(1)
    faucet = chain.bank.faucet
    # The limit differs from call to call: two equal airdrops in a slot are two transactions.
    limit = set_compute_unit_limit(10_000 + chain.bank.ledger.transaction_count % 1_000_000)
    give = transfer(TransferParams(from_pubkey=faucet.pubkey(), to_pubkey=address, lamports=lamports))
    message = Message.new_with_blockhash([limit, give], faucet.pubkey(), chain.latest_blockhash())
    try:
        landed = chain.process(VersionedTransaction(message, [faucet]))
    except TransactionRefused as refused:
        raise RpcError(INTERNAL_ERROR, f"airdrop failed: {describe(refused.err)}") from refused
    if landed.execution.err is not None:
        raise RpcError(INTERNAL_ERROR, f"airdrop failed: {describe(landed.execution.err)}")
    return str(landed.signature)


@method("getFeeForMessage")
def get_fee_for_message(chain: Chain, params: Params) -> dict[str, Any]:
    """Lamports that a message costs; null when its blockhash is not accepted any more."""
    raw, config = _base64(params.text(0)), params.config(1)
    slot = context_slot(chain, config)
    try:
        message: Message | MessageV0 = from_bytes_versioned(raw)
    except ValueError as error:
        raise invalid_params(f"failed to deserialize message: {error}") from error
    known = chain.bank.blockhashes.is_valid(message.recent_blockhash)
    return with_context(slot, messages.fee(message) if known else None)


def _requested_accounts(chain: Chain, config: Config, simulation: Simulation) -> list[Any] | None:
    """The accounts that the request names, as they would be afterwards."""
    wanted = config.values.get("accounts")
    if wanted is None:
        return None
    if not isinstance(wanted, dict) or not isinstance(wanted.get("addresses"), list):
        raise invalid_params("Invalid params: accounts: expected {addresses, encoding}.")
    shown: list[Any] = []
    for text in wanted["addresses"]:
        address = parse_pubkey(text)
        account = simulation.post_accounts.get(address) or chain.bank.accounts.current(address)
        exists = account is not None and account.lamports
        shown.append(account_json(account) if account is not None and exists else None)
    return shown


def _verify_signatures(transaction: VersionedTransaction) -> None:
    if not all(transaction.verify_with_results()):
        raise RpcError(TRANSACTION_SIGNATURE_VERIFICATION_FAILURE, "Transaction signature verification failure")


def _preflight_failure(execution: Execution) -> RpcError:
    return RpcError(
        SEND_TRANSACTION_PREFLIGHT_FAILURE,
        f"Transaction simulation failed: {describe(execution.err)}",
        {
            "accounts": None,
            "err": execution.err,
            "innerInstructions": None,
            "logs": execution.logs,
            "returnData": return_data_json(execution.return_data) if execution.return_data else None,
            "unitsConsumed": execution.compute_units,
        },
    )


def describe(err: Any) -> str:
    """A TransactionError in the words that the validator uses."""
    if isinstance(err, dict) and "InstructionError" in err:
        index, cause = err["InstructionError"]
        if isinstance(cause, dict) and "Custom" in cause:
            return f"Error processing Instruction {index}: custom program error: {cause['Custom']:#x}"
        return f"Error processing Instruction {index}: {cause}"
    if isinstance(err, dict) and "InsufficientFundsForRent" in err:
        index = err["InsufficientFundsForRent"]["account_index"]
        return f"Transaction results in an account ({index}) with insufficient funds for rent"
    return _WORDS.get(err, str(err)) if isinstance(err, str) else str(err)


def _decode(text: str, encoding: str) -> VersionedTransaction:
    limits = {"base64": MAX_BASE64_SIZE, "base58": MAX_BASE58_SIZE}
    if encoding not in limits:
        raise invalid_params(f"unsupported encoding: {encoding}. Supported encodings: base58, base64")
    if len(text) > limits[encoding]:
        raise invalid_params(
            f"{encoding} encoded {_TYPE} too large: {len(text)} bytes "
            f"(max: encoded/raw {limits[encoding]}/{PACKET_DATA_SIZE})"
        )
    raw = _base64(text) if encoding == "base64" else _base58(text)
    if len(raw) > PACKET_DATA_SIZE:
        raise invalid_params(f"decoded {_TYPE} too large: {len(raw)} bytes (max: {PACKET_DATA_SIZE} bytes)")
    try:
        transaction = VersionedTransaction.from_bytes(raw)
        transaction.sanitize()
    except ValueError as error:
        raise invalid_params(f"failed to deserialize {_TYPE}: {error}") from error
    return transaction


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid_params(f"invalid base64 encoding: {error}") from error


def _base58(text: str) -> bytes:
    try:
        return base58.decode(text)
    except ValueError as error:
        raise invalid_params(f"invalid base58 encoding: {error}") from error
