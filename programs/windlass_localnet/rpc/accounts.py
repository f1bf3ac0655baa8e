"""Methods about accounts, each at the state of the slot that its commitment names."""

from __future__ import annotations

from typing import Any

from solders.account import Account

from windlass_localnet.accounts import Kind
from windlass_localnet.chain import Chain
from windlass_localnet.encode.account import account_json
from windlass_localnet.errors import invalid_params
from windlass_localnet.rpc.context import context_slot, with_context
from windlass_localnet.rpc.filters import matches, parse_filters
from windlass_localnet.rpc.methods import method
from windlass_localnet.rpc.params import Params, parse_pubkey

MAX_MULTIPLE_ACCOUNTS = 100


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

    def may_match(kind: Kind) -> bool:
        return all(each.may_pass(kind) for each in filters)

    found = [
        {"account": account_json(account, encoding, data_slice), "pubkey": str(address)}
        for address, account in chain.bank.accounts.owned_by(program, slot, may_match)
        if matches(account, filters)
    ]
    return with_context(slot, found) if config.flag("withContext") else found


@method("getMinimumBalanceForRentExemption")
def get_minimum_balance_for_rent_exemption(chain: Chain, params: Params) -> int:
    """Lamports that an account of so many bytes must hold."""
    return chain.bank.svm.minimum_balance_for_rent_exemption(params.integer(0))


def _shown(account: Account | None, encoding: str, data_slice: tuple[int, int] | None) -> Any:
    return None if account is None else account_json(account, encoding, data_slice)
