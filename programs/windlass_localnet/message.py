"""What a transaction's message names: its accounts with those of lookup tables, and its fee."""

from __future__ import annotations

from dataclasses import dataclass

from solders.message import Message, MessageV0
from solders.pubkey import Pubkey

from windlass_localnet.accounts import Accounts

LAMPORTS_PER_SIGNATURE = 5_000
LOOKUP_TABLE_META = 56
_PRECOMPILES = frozenset(
    Pubkey.from_string(name)
    for name in (
        "Ed25519SigVerify111111111111111111111111111",
        "KeccakSecp256k11111111111111111111111111111",
        "Secp256r1SigVerify1111111111111111111111111",
    )
)


@dataclass(slots=True)
class MessageAccounts:
    """Every account of a message: static keys, then loaded writable, then loaded readonly; and the tables asked."""

    keys: list[Pubkey]
    static: int
    loaded_writable: int
    loaded_readonly: int
    writable: list[bool]
    tables: list[Pubkey]


def resolve_accounts(message: Message | MessageV0, accounts: Accounts) -> MessageAccounts:
    """Look the message's tables up. A table that is missing is left out: the SVM refuses it by itself."""
    keys = list(message.account_keys)
    static, header = len(keys), message.header
    signers = header.num_required_signatures
    writable = [
        index < signers - header.num_readonly_signed_accounts
        if index < signers
        else index < static - header.num_readonly_unsigned_accounts
        for index in range(static)
    ]
    loaded: tuple[list[Pubkey], list[Pubkey]] = ([], [])
    tables = []
    if isinstance(message, MessageV0):
        for lookup in message.address_table_lookups:
            tables.append(lookup.account_key)
            table = accounts.current(lookup.account_key)
            data = table.data[LOOKUP_TABLE_META:] if table is not None else b""
            for found, indexes in zip(loaded, (lookup.writable_indexes, lookup.readonly_indexes), strict=True):
                found.extend(Pubkey(data[32 * i : 32 * i + 32]) for i in indexes if 32 * i + 32 <= len(data))
    keys += loaded[0] + loaded[1]
    writable += [True] * len(loaded[0]) + [False] * len(loaded[1])
    return MessageAccounts(keys, static, len(loaded[0]), len(loaded[1]), writable, tables)


def fee(message: Message | MessageV0) -> int:
    """Lamports: 5,000 for each signature, those that precompiles check included.

    LiteSVM charges no priority fee, so none is counted.
    """
    keys = message.account_keys
    checked = sum(
        ix.data[0]
        for ix in message.instructions
        if ix.data and ix.program_id_index < len(keys) and keys[ix.program_id_index] in _PRECOMPILES
    )
    return LAMPORTS_PER_SIGNATURE * (message.header.num_required_signatures + checked)
