"""Methods about accounts, each at the state of the slot that its commitment names."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from solders.account import Account

from windlass_localnet.chain import Chain
from windlass_localnet.encode import base58
from windlass_localnet.encode.account import account_json
from windlass_localnet.errors import invalid_params
from windlass_localnet.rpc.context import context_slot, with_context
from windlass_localnet.rpc.methods import method
from windlass_localnet.rpc.params import Params, parse_pubkey

MAX_MULTIPLE_ACCOUNTS = 100
MAX_FILTERS = 4
MAX_MEMCMP_BYTES = 128

Filter = Callable[[bytes], bool]


@method("getBalance")
def get_balance(chain: Chain, params: Params) -> dict[str, Any]:
    """Lamports of an account; 0 when it does not exist."""
    address, config = params.pubkey(0), params.config(1)
    slot = context_slot(chain, config)
    account = chain.bank.accounts.at(address, slot)
    return with_context(slot, account.lamports if account is not None else 0)


@method("getAccountInfo")
def get_account_info(chain: Chain, params: Params) -> dict[str, Any]:
    """An account, or null."""
    address, config = params.pubkey(0), params.config(1)
    slot = context_slot(chain, config)
    account = chain.bank.accounts.at(address, slot)
    encoding, data_slice = config.text("encoding", "binary"), config.data_slice()
    return with_context(slot, _shown(account, encoding, data_slice))


@method("getMultipleAccounts")
def get_multiple_accounts(chain: Chain, params: Params) -> dict[str, Any]:
    """Up to 100 accounts at one slot, in the order asked, null where there is none."""
    addresses, config = params.texts(0), params.config(1)
    if len(addresses) > MAX_MULTIPLE_ACCOUNTS:
        raise invalid_params(f"Too many inputs provided; max {MAX_MULTIPLE_ACCOUNTS}")
    slot = context_slot(chain, config)
    encoding, data_slice = config.text("encoding", "base64"), config.data_slice()
    accounts = [chain.bank.accounts.at(parse_pubkey(address), slot) for address in addresses]
    return with_context(slot, [_shown(account, encoding, data_slice) for account in accounts])


@method("getProgramAccounts")
def get_program_accounts(chain: Chain, params: Params) -> Any:
    """Accounts that a program owns, with up to four filters (dataSize, memcmp)."""
    program, config = params.pubkey(0), params.config(1)
    filters = parse_filters(config.values.get("filters"))
    slot = context_slot(chain, config)
    encoding, data_slice = config.text("encoding", "binary"), config.data_slice()
    found = [
        {"account": account_json(account, encoding, data_slice), "pubkey": str(address)}
        for address, account in chain.bank.accounts.owned_by(program, slot)
        if matches(account, filters)
    ]
    return with_context(slot, found) if config.flag("withContext") else found


@method("getMinimumBalanceForRentExemption")
def get_minimum_balance_for_rent_exemption(chain: Chain, params: Params) -> int:
    """Lamports that an account of so many bytes must hold."""
    return chain.bank.svm.minimum_balance_for_rent_exemption(params.integer(0))


def matches(account: Account, filters: list[Filter]) -> bool:
    """Whether an account passes all filters."""
    if not filters:
        return True
    data = account.data
    return all(passes(data) for passes in filters)


def parse_filters(value: Any) -> list[Filter]:
    """RpcFilterType list, or -32602."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid_params("Invalid params: filters: expected a sequence.")
    if len(value) > MAX_FILTERS:
        raise invalid_params(f"Too many filters provided; max {MAX_FILTERS}")
    return [_filter(item) for item in value]


def _filter(item: Any) -> Filter:
    if isinstance(item, dict) and isinstance(item.get("dataSize"), int):
        size = item["dataSize"]
        return lambda data: len(data) == size
    if isinstance(item, dict) and isinstance(item.get("memcmp"), dict):
        return _memcmp(item["memcmp"])
    raise invalid_params("Invalid params: unknown filter, expected `dataSize` or `memcmp`.")


def _memcmp(value: dict[str, Any]) -> Filter:
    offset, text, encoding = value.get("offset"), value.get("bytes"), value.get("encoding", "base58")
    if not isinstance(offset, int):
        raise invalid_params("Invalid params: memcmp: expected an offset.")
    try:
        if isinstance(text, list):
            wanted = bytes(text)
        elif isinstance(text, str):
            wanted = base64.b64decode(text, validate=True) if encoding == "base64" else base58.decode(text)
        else:
            raise ValueError("bytes: expected a string")
    except ValueError as error:
        raise invalid_params(f"Invalid params: memcmp: {error}") from error
    if len(wanted) > MAX_MEMCMP_BYTES:
        raise invalid_params("encoded data exceeds 128 bytes")
    return lambda data: data[offset : offset + len(wanted)] == wanted


def _shown(account: Account | None, encoding: str, data_slice: tuple[int, int] | None) -> Any:
    return None if account is None else account_json(account, encoding, data_slice)
