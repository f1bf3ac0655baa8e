"""What the chain starts with: programs, accounts, a faucet, and a LiteSVM set up like a cluster."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from solders.account import Account
from solders.epoch_schedule import EpochSchedule
from solders.keypair import Keypair
from solders.litesvm import FeatureSet, LiteSVM
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from windlass_localnet.encode import base58
from windlass_localnet.errors import StartError

LOADER_V2 = Pubkey.from_string("BPFLoader2111111111111111111111111111111111")
LOADER_V3 = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
# With this feature on, LiteSVM's loader-v3 refuses DeployWithMaxDataLen; clusters have it off.
DISABLE_NEW_LOADER_V3_DEPLOYMENTS = Pubkey.from_string("EmhbpdVtZ2hWRGFWBDjn2i3SJD8Z36z4mpMcZJEnebnP")
MINT_LAMPORTS = 500_000_000 * 1_000_000_000
LOG_BYTES_LIMIT = 10_000
EPOCH_SCHEDULE = EpochSchedule.without_warmup()
RENT_EXEMPT = 2**64 - 1
_SPL_PROGRAMS = (
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
    "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL",
    "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
    "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
)


@dataclass
class Genesis:
    """Accounts by address, in the order in which they must be loaded (ProgramData before Program)."""

    accounts: dict[Pubkey, Account] = field(default_factory=dict)
    # Those that LiteSVM is given once a transaction names them: each slot costs it time for every account it has.
    waiting: dict[Pubkey, Account] = field(default_factory=dict)
    faucet: Keypair = field(default_factory=Keypair)

    def add_mint(self, address: Pubkey) -> None:
        """An account with 500 million SOL."""
        self.accounts[address] = Account(MINT_LAMPORTS, b"", SYSTEM_PROGRAM, False, RENT_EXEMPT)

    def add_program(self, address: Pubkey, path: Path) -> None:
        """A program of loader v2, which nobody can change."""
        elf = _read_elf(path)
        self.accounts[address] = Account(_rent_exempt(len(elf)), elf, LOADER_V2, True, RENT_EXEMPT)

    def add_upgradeable_program(self, address: Pubkey, path: Path, authority: Pubkey | None) -> None:
        """A program of loader v3, deployed in slot 0, its ProgramData exactly as long as the ELF."""
        elf = _read_elf(path)
        program_data, _ = Pubkey.find_program_address([bytes(address)], LOADER_V3)
        option = b"\1" + bytes(authority) if authority else b"\0" * 33
        data = struct.pack("<IQ", 3, 0) + option + elf
        lamports = _rent_exempt(len(data))
        self.accounts[program_data] = Account(lamports, data, LOADER_V3, False, RENT_EXEMPT)
        link = struct.pack("<I", 2) + bytes(program_data)
        self.accounts[address] = Account(_rent_exempt(len(link)), link, LOADER_V3, True, RENT_EXEMPT)

    def add_account_file(self, address: Pubkey | None, path: Path) -> None:
        """An account as `solana account --output json` writes it; without address, the file's pubkey."""
        try:
            content = json.loads(_read(path))
            named = address or Pubkey.from_string(content["pubkey"])
            self.accounts[named] = _account_from_json(content["account"])
        except (KeyError, TypeError, ValueError) as error:
            raise StartError(
                f"{path} is not an account as `solana account --output json` writes it: {error!r}"
            ) from error

    def add_account_lines(self, path: Path) -> None:
        """Many accounts: on each line one as `add_account_file` has it."""
        number = 0
        try:
            with path.open("rb") as lines:
                for line in lines:
                    number += 1
                    content = orjson.loads(line)
                    self.waiting[Pubkey.from_string(content["pubkey"])] = _account_from_json(content["account"])
        except OSError as error:
            raise StartError(f"cannot read {path}: {error.strerror}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise StartError(
                f"line {number} of {path} is not an account as `solana account --output json` writes it: {error!r}"
            ) from error

    def load(self) -> tuple[LiteSVM, dict[Pubkey, Account]]:
        """A LiteSVM holding it all, and every account in it that RPC should list by owner."""
        svm = new_svm()
        accounts = dict(self.accounts)
        accounts[self.faucet.pubkey()] = Account(MINT_LAMPORTS, b"", SYSTEM_PROGRAM, False, RENT_EXEMPT)
        for address, account in accounts.items():
            try:
                svm.set_account(address, account)
            except Exception as error:
                raise StartError(f"account {address} cannot be loaded: {error}") from error
        for name in _SPL_PROGRAMS:
            address = Pubkey.from_string(name)
            builtin = svm.get_account(address)
            if builtin is not None:
                accounts.setdefault(address, builtin)
        return svm, accounts


def new_svm() -> LiteSVM:
    """LiteSVM with signatures checked; blockhashes and duplicates are the bank's (see bank.py)."""
    active = FeatureSet.all_enabled().active
    active.pop(DISABLE_NEW_LOADER_V3_DEPLOYMENTS, None)
    features = FeatureSet(active, {DISABLE_NEW_LOADER_V3_DEPLOYMENTS})
    svm = (
        LiteSVM.default()
        .with_builtins(features)
        .with_precompiles(features)
        .with_lamports(MINT_LAMPORTS)
        .with_sysvars()
        .with_spl_programs()
        .with_sigverify(True)
        .with_blockhash_check(False)
        .with_transaction_history(0)
        .with_log_bytes_limit(LOG_BYTES_LIMIT)
    )
    svm.set_epoch_schedule(EPOCH_SCHEDULE)
    return svm


def _rent_exempt(length: int) -> int:
    """Solana's default rent: two years of 3,480 lamports a byte, 128 bytes of overhead."""
    return (128 + length) * 3_480 * 2


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StartError(f"cannot read {path}: {error.strerror}") from error


def _read_elf(path: Path) -> bytes:
    elf = _read(path)
    if elf[:4] != b"\x7fELF":
        raise StartError(f"{path} is not a program: an ELF file (.so) was expected")
    return elf


def _account_from_json(value: dict[str, Any]) -> Account:
    data = value["data"]
    if isinstance(data, str):
        raw = base58.decode(data)
    elif data[1] == "base64":
        raw = base64.b64decode(data[0], validate=True)
    elif data[1] == "base58":
        raw = base58.decode(data[0])
    else:
        raise ValueError(f"data encoding {data[1]!r}; expected base64 or base58")
    owner = Pubkey.from_string(value["owner"])
    return Account(value["lamports"], raw, owner, value.get("executable", False), value.get("rentEpoch", RENT_EXEMPT))
