"""Between LiteSVM's results and the ledger's records."""

from __future__ import annotations

import json
from typing import Any

from solders.account import Account
from solders.litesvm import LiteSVM
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

from windlass_localnet.accounts import Accounts
from windlass_localnet.ledger import TokenBalance
from windlass_localnet.trace import Execution

TOKEN_PROGRAMS = frozenset(
    Pubkey.from_string(name)
    for name in (
        "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
        "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
    )
)
NATIVE_LOADER = Pubkey.from_string("NativeLoader1111111111111111111111111111111")
_TOKEN_ACCOUNT_LENGTH = 165
_TOKEN_2022_ACCOUNT_TYPE = 2
_MINT_DECIMALS = 44


def explain(failed: FailedTransactionMetadata, message: Message | MessageV0, keys: list[Pubkey], svm: LiteSVM) -> Any:
    """The TransactionError as the validator writes it; solders knows the shapes."""
    err = json.loads(failed.to_json())["err"]
    if err == "InvalidProgramForExecution":
        # LiteSVM does not tell a missing program from one that is no program.
        for ix in message.instructions:
            if svm.get_account(keys[ix.program_id_index]) is None:
                return "ProgramAccountNotFound"
    return err


def context_keys(message: Message | MessageV0, keys: list[Pubkey], svm: LiteSVM) -> list[Pubkey]:
    """The accounts as LiteSVM counts them: the message's, then the loaders of the programs that it calls."""
    loaders: list[Pubkey] = []
    for ix in message.instructions:
        program = svm.get_account(keys[ix.program_id_index])
        if program is not None and program.owner != NATIVE_LOADER and program.owner not in loaders:
            loaders.append(program.owner)
    return [*keys, *loaders]


def from_metadata(meta: TransactionMetadata, err: Any, context: list[Pubkey]) -> Execution:
    """The ledger's record of an execution; `context` are the accounts as LiteSVM counts them."""
    # solders 0.26 calls this return_data; its stub has another name.
    returned = meta.return_data()  # type: ignore[attr-defined]
    return_data = (returned.program_id, bytes(returned.data)) if returned.data else None
    return Execution(err, meta.compute_units_consumed(), return_data, meta, context)


def unexecuted(err: Any, logs: list[str] | None = None) -> Execution:
    """A transaction that paid its fee and did not run."""
    return Execution(err, 0, None, logs_without_meta=logs)


def token_balances(keys: list[Pubkey], states: list[Account | None], accounts: Accounts) -> list[TokenBalance]:
    """The SPL token accounts among a transaction's accounts."""
    found = []
    for index, (_, account) in enumerate(zip(keys, states, strict=True)):
        if account is None or account.owner not in TOKEN_PROGRAMS or account.executable:
            continue
        data = account.data
        if not is_token_account(data):
            continue
        mint = Pubkey(data[:32])
        mint_account = accounts.current(mint)
        found.append(
            TokenBalance(
                index,
                mint,
                Pubkey(data[32:64]),
                account.owner,
                int.from_bytes(data[64:72], "little"),
                mint_account.data[_MINT_DECIMALS] if mint_account is not None else 0,
            )
        )
    return found


def is_token_account(data: bytes) -> bool:
    """Whether a token program's account data is that of an initialized token account."""
    if len(data) < _TOKEN_ACCOUNT_LENGTH or data[108] == 0:
        return False
    return len(data) == _TOKEN_ACCOUNT_LENGTH or data[_TOKEN_ACCOUNT_LENGTH] == _TOKEN_2022_ACCOUNT_TYPE
