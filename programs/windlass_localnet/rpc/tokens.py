"""Methods about SPL token accounts."""

from __future__ import annotations

from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from windlass_localnet.chain import Chain
from windlass_localnet.encode.account import account_json
from windlass_localnet.encode.transaction import token_amount_json
from windlass_localnet.errors import invalid_params
from windlass_localnet.execution import TOKEN_PROGRAMS, is_token_account
from windlass_localnet.rpc.context import context_slot, with_context
from windlass_localnet.rpc.methods import method
from windlass_localnet.rpc.params import Params, parse_pubkey

_MINT_SUPPLY = slice(36, 44)
_MINT_DECIMALS = 44


@method("getTokenAccountBalance")
def get_token_account_balance(chain: Chain, params: Params) -> dict[str, Any]:
    """A token account's amount."""
    address, config = params.pubkey(0), params.config(1)
    slot = context_slot(chain, config)
    account = _token_program_account(chain, address, slot)
    data = account.data
    if not is_token_account(data):
        raise invalid_params("Invalid param: not a Token account")
    mint = _token_program_account(chain, Pubkey(data[:32]), slot)
    amount = int.from_bytes(data[64:72], "little")
    return with_context(slot, token_amount_json(amount, mint.data[_MINT_DECIMALS]))


@method("getTokenSupply")
def get_token_supply(chain: Chain, params: Params) -> dict[str, Any]:
    """A mint's supply."""
    address, config = params.pubkey(0), params.config(1)
    slot = context_slot(chain, config)
    data = _token_program_account(chain, address, slot).data
    if len(data) <= _MINT_DECIMALS or is_token_account(data):
        raise invalid_params("Invalid param: not a Token mint")
    return with_context(slot, token_amount_json(int.from_bytes(data[_MINT_SUPPLY], "little"), data[_MINT_DECIMALS]))


@method("getTokenAccountsByOwner")
def get_token_accounts_by_owner(chain: Chain, params: Params) -> dict[str, Any]:
    """Token accounts of an owner, of one mint or of one token program."""
    owner, selector, config = params.pubkey(0), params.config(1).values, params.config(2)
    slot = context_slot(chain, config)
    if "mint" in selector:
        mint = parse_pubkey(selector["mint"])
        program = _token_program_account(chain, mint, slot).owner
    elif "programId" in selector:
        mint, program = None, parse_pubkey(selector["programId"])
        if program not in TOKEN_PROGRAMS:
            raise invalid_params("Invalid param: unrecognized Token program id")
    else:
        raise invalid_params("Invalid params: expected `mint` or `programId`.")
    encoding, data_slice = config.text("encoding", "binary"), config.data_slice()
    found = []
    for address, account in chain.bank.accounts.owned_by(program, slot):
        data = account.data
        if not is_token_account(data) or data[32:64] != bytes(owner):
            continue
        if mint is None or data[:32] == bytes(mint):
            found.append({"account": account_json(account, encoding, data_slice), "pubkey": str(address)})
    return with_context(slot, found)


def _token_program_account(chain: Chain, address: Pubkey, slot: int) -> Account:
    account = chain.bank.accounts.at(address, slot)
    if account is None:
        raise invalid_params("Invalid param: could not find account")
    if account.owner not in TOKEN_PROGRAMS:
        raise invalid_params("Invalid param: not a Token account")
    return account
