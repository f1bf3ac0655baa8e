"""Instructions made from the IDL: accounts in its order, with its flags, unknown or missing ones refused."""

import struct
from collections.abc import Mapping

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import event_authority_address
from windlass_programs.idl import Idl


def build(idl: Idl, name: str, accounts: Mapping[str, Pubkey], arguments: bytes = b"") -> Instruction:
    """The instruction `name`, with borsh `arguments`. Accounts with a fixed address, and optional ones that are not
    there, need not be named."""
    entry = next(entry for entry in idl.json["instructions"] if entry["name"] == name)
    given = dict(accounts)
    metas = []
    for account in entry["accounts"]:
        address = given.pop(account["name"], None)
        if address is None and account.get("optional"):  # the program's own id stands for none
            metas.append(AccountMeta(idl.address, False, False))
            continue
        signer, writable = account.get("signer", False), account.get("writable", False)
        metas.append(AccountMeta(address or _fixed(idl, account), signer, writable))
    if given:
        raise KeyError(f"{name} takes no account named {', '.join(given)}")
    return Instruction(idl.address, bytes(entry["discriminator"]) + arguments, metas)


def _fixed(idl: Idl, account: Mapping[str, str]) -> Pubkey:
    if "address" in account:
        return Pubkey.from_string(account["address"])
    if account["name"] == "event_authority":
        return event_authority_address(idl.address)
    if account["name"] == "program":
        return idl.address
    raise KeyError(f"the account {account['name']} is missing")


def unsigned(instruction: Instruction, key: Pubkey) -> Instruction:
    """The same instruction, without the signature of `key`."""
    metas = [
        AccountMeta(meta.pubkey, meta.is_signer and meta.pubkey != key, meta.is_writable)
        for meta in instruction.accounts
    ]
    return Instruction(instruction.program_id, instruction.data, metas)


def u64(value: int) -> bytes:
    """Borsh's u64."""
    return struct.pack("<Q", value)


def i64(value: int) -> bytes:
    """Borsh's i64."""
    return struct.pack("<q", value)
