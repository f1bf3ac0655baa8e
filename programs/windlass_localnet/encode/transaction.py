"""Transactions as getTransaction and getBlock show them, with the keys that Agave 4.2 sends."""

from __future__ import annotations

import base64
from typing import Any

from solders.message import Message, MessageV0
from solders.pubkey import Pubkey

from windlass_localnet.encode import base58
from windlass_localnet.errors import UNSUPPORTED_TRANSACTION_VERSION, RpcError, invalid_params
from windlass_localnet.ledger import LandedTransaction, TokenBalance
from windlass_localnet.trace import Execution


def transaction_json(landed: LandedTransaction, encoding: str, max_version: int | None) -> dict[str, Any]:
    """`transaction`, `meta` and, when the client named a version, `version`.

    Raises RpcError -32015 for a version above `max_version` (None: legacy only).
    """
    version = landed.transaction.version()
    is_legacy = not isinstance(version, int)
    if not is_legacy and max_version is None:
        raise RpcError(
            UNSUPPORTED_TRANSACTION_VERSION,
            f"Transaction version ({version}) is not supported by the requesting client. Please try the "
            'request again with the following configuration parameter: "maxSupportedTransactionVersion": '
            f"{version}",
        )
    body: dict[str, Any] = {"meta": meta_json(landed), "transaction": _payload(landed, encoding)}
    if max_version is not None:
        body["version"] = "legacy" if is_legacy else version
    return body


def accounts_json(landed: LandedTransaction, max_version: int | None) -> dict[str, Any]:
    """What `transactionDetails: accounts` shows: who was named, what it cost."""
    body = transaction_json(landed, "base64", max_version)
    kept = ("err", "fee", "postBalances", "postTokenBalances", "preBalances", "preTokenBalances", "status")
    body["meta"] = {key: body["meta"][key] for key in kept}
    body["transaction"] = {
        "accountKeys": _parsed_keys(landed),
        "signatures": [str(s) for s in landed.transaction.signatures],
    }
    return body


def meta_json(landed: LandedTransaction) -> dict[str, Any]:
    """TransactionStatusMeta; amounts in lamports."""
    execution = landed.execution
    static = len(landed.keys) - landed.loaded_writable - landed.loaded_readonly
    readonly = static + landed.loaded_writable
    meta: dict[str, Any] = {
        "computeUnitsConsumed": execution.compute_units,
        "err": execution.err,
        "fee": landed.fee,
        "innerInstructions": inner_instructions_json(execution),
        "loadedAddresses": {
            "readonly": [str(key) for key in landed.keys[readonly:]],
            "writable": [str(key) for key in landed.keys[static:readonly]],
        },
        "logMessages": execution.logs,
        "postBalances": landed.post_balances,
        "postTokenBalances": [_token_balance(b) for b in landed.post_token_balances],
        "preBalances": landed.pre_balances,
        "preTokenBalances": [_token_balance(b) for b in landed.pre_token_balances],
        "rewards": [],
        "status": status_json(execution.err),
    }
    if execution.return_data is not None:
        meta["returnData"] = return_data_json(execution.return_data)
    return meta


def status_json(err: Any) -> dict[str, Any]:
    """The older form of `err`: {"Ok": null} or {"Err": …}."""
    return {"Ok": None} if err is None else {"Err": err}


def return_data_json(return_data: tuple[Pubkey, bytes]) -> dict[str, Any]:
    """What the last program returned."""
    program, data = return_data
    return {"data": [base64.b64encode(data).decode(), "base64"], "programId": str(program)}


def inner_instructions_json(execution: Execution) -> list[dict[str, Any]]:
    """Inner instructions by the index of their outer one."""
    return [
        {
            "index": index,
            "instructions": [
                {
                    "accounts": list(ix.accounts),
                    "data": base58.encode(ix.data),
                    "programIdIndex": ix.program_id_index,
                    "stackHeight": ix.stack_height,
                }
                for ix in group
            ],
        }
        for index, group in execution.inner
    ]


def _token_balance(balance: TokenBalance) -> dict[str, Any]:
    return {
        "accountIndex": balance.account_index,
        "mint": str(balance.mint),
        "owner": str(balance.owner),
        "programId": str(balance.program),
        "uiTokenAmount": token_amount_json(balance.amount, balance.decimals),
    }


def token_amount_json(amount: int, decimals: int) -> dict[str, Any]:
    """UiTokenAmount: base units, and the decimal number as a string without trailing zeros."""
    digits = str(amount).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    fraction = fraction.rstrip("0")
    return {
        "amount": str(amount),
        "decimals": decimals,
        "uiAmount": amount / 10**decimals,
        "uiAmountString": f"{whole}.{fraction}" if fraction else whole,
    }


def _payload(landed: LandedTransaction, encoding: str) -> Any:
    if encoding == "base64":
        return [base64.b64encode(bytes(landed.transaction)).decode(), "base64"]
    if encoding == "base58":
        return [base58.encode(bytes(landed.transaction)), "base58"]
    if encoding == "binary":
        return base58.encode(bytes(landed.transaction))
    if encoding == "json":
        message = _message(landed.transaction.message)
    elif encoding == "jsonParsed":
        message = _parsed_message(landed)
    else:
        raise invalid_params(f"unsupported encoding: {encoding}; use json, jsonParsed, base64 or base58")
    return {"message": message, "signatures": [str(s) for s in landed.transaction.signatures]}


def _message(message: Message | MessageV0) -> dict[str, Any]:
    header = message.header
    body: dict[str, Any] = {
        "accountKeys": [str(key) for key in message.account_keys],
        "header": {
            "numReadonlySignedAccounts": header.num_readonly_signed_accounts,
            "numReadonlyUnsignedAccounts": header.num_readonly_unsigned_accounts,
            "numRequiredSignatures": header.num_required_signatures,
        },
        "instructions": [
            {
                "accounts": list(bytes(ix.accounts)),
                "data": base58.encode(bytes(ix.data)),
                "programIdIndex": ix.program_id_index,
                "stackHeight": 1,
            }
            for ix in message.instructions
        ],
        "recentBlockhash": str(message.recent_blockhash),
    }
    if isinstance(message, MessageV0):
        body["addressTableLookups"] = _table_lookups(message)
    return body


def _table_lookups(message: MessageV0) -> list[dict[str, Any]]:
    return [
        {
            "accountKey": str(lookup.account_key),
            "readonlyIndexes": list(bytes(lookup.readonly_indexes)),
            "writableIndexes": list(bytes(lookup.writable_indexes)),
        }
        for lookup in message.address_table_lookups
    ]


def _parsed_keys(landed: LandedTransaction) -> list[dict[str, Any]]:
    message = landed.transaction.message
    header, static = message.header, len(message.account_keys)
    signers = header.num_required_signatures
    keys = []
    for index, key in enumerate(landed.keys):
        if index < signers:
            writable = index < signers - header.num_readonly_signed_accounts
        elif index < static:
            writable = index < static - header.num_readonly_unsigned_accounts
        else:
            writable = index < static + landed.loaded_writable
        source = "transaction" if index < static else "lookupTable"
        keys.append({"pubkey": str(key), "signer": index < signers, "source": source, "writable": writable})
    return keys


def _parsed_message(landed: LandedTransaction) -> dict[str, Any]:
    """Partially decoded, as the validator shows instructions of programs that it has no parser for."""
    message = landed.transaction.message
    body: dict[str, Any] = {
        "accountKeys": _parsed_keys(landed),
        "instructions": [
            {
                "accounts": [str(landed.keys[i]) for i in bytes(ix.accounts)],
                "data": base58.encode(bytes(ix.data)),
                "programId": str(landed.keys[ix.program_id_index]),
                "stackHeight": 1,
            }
            for ix in message.instructions
        ],
        "recentBlockhash": str(message.recent_blockhash),
    }
    if isinstance(message, MessageV0):
        body["addressTableLookups"] = _table_lookups(message)
    return body
