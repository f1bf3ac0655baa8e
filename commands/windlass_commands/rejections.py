"""Reads the chain's answer to a transaction it refused: which program, which error, by which name.

Numbers below 6,000 are Anchor's own or a native program's; from 6,000 they are the program's, named in its IDL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from solders.pubkey import Pubkey
from windlass_programs.addresses import (
    ASSOCIATED_TOKEN_PROGRAM,
    LOADER_V3,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
    VAULT_PROGRAM_ID,
    WINDLASS_PROGRAM_ID,
)
from windlass_programs.idl import Idl

from windlass_commands.errors import Rejection

PROGRAM_NAMES = {
    WINDLASS_PROGRAM_ID: "windlass",
    VAULT_PROGRAM_ID: "the collateral vault",
    SYSTEM_PROGRAM: "the System program",
    LOADER_V3: "the loader",
    TOKEN_PROGRAM: "the Token program",
    ASSOCIATED_TOKEN_PROGRAM: "the Associated Token program",
}

FAILED = re.compile(r"^Program (\w+) failed: custom program error: 0x([0-9a-f]+)$")
ANCHOR_ERROR = re.compile(r"Error Code: (\w+)\. Error Number: (\d+)\. Error Message: (.*?)\.?$")
FIRST_PROGRAM_ERROR = 6_000

# Errors of a whole transaction, as Agave's TransactionError names them.
TRANSACTION_ERRORS = {
    "AccountNotFound": "the fee payer's account does not exist: it holds no SOL",
    "InsufficientFundsForFee": "the fee payer's SOL does not cover the fee",
    "BlockhashNotFound": "its blockhash is unknown to the node or has run out; run the command again",
    "AlreadyProcessed": "the same transaction has been processed already",
}
# Native programs' custom errors that operators meet (SystemError, TokenError).
NATIVE_ERRORS: Mapping[tuple[Pubkey, int], tuple[str, str]] = {
    (SYSTEM_PROGRAM, 0): ("AccountAlreadyInUse", "the account that should be created exists already"),
    (SYSTEM_PROGRAM, 1): ("InsufficientFunds", "the payer does not hold enough SOL"),
    (TOKEN_PROGRAM, 1): ("InsufficientTokens", "the token account does not hold that many tokens"),
    (TOKEN_PROGRAM, 3): ("MintMismatch", "the token account is of another mint"),
    (TOKEN_PROGRAM, 4): ("OwnerMismatch", "the token account belongs to somebody else"),
}
# Anchor's own errors (anchor-lang's ErrorCode) in an operator's words.
ANCHOR_ERRORS = {
    101: "the program has no such instruction",
    2001: "an account does not belong together with another one given",
    2003: "an account is not the one that the program expects here",
    2006: "an address is not the one derived from its seeds",
    3007: "an account belongs to another program than expected",
    3010: "a signature is missing",
    3012: "an account that is needed does not exist yet",
}


@cache
def program_errors(program: Pubkey) -> Mapping[int, tuple[str, str]]:
    """Name and message of each error number, from the program's IDL; empty for programs without one here."""
    if program == WINDLASS_PROGRAM_ID:
        return idl_errors(Idl.load("windlass").json)
    if program == VAULT_PROGRAM_ID:
        # The successor knows every error of the first version, under the same number.
        return idl_errors(Idl.load("collateral_vault_v2").json)
    return {}


def idl_errors(idl: Mapping[str, Any]) -> Mapping[int, tuple[str, str]]:
    """Name and message of each error number in an IDL's JSON."""
    return {error["code"]: (error["name"], error.get("msg") or error["name"]) for error in idl.get("errors", [])}


def rejection_of(error: Any, logs: Sequence[str], programs: Sequence[Pubkey]) -> Rejection:
    """What the chain's `error` (in Solana's JSON form) means; `programs` are those of the outer instructions."""
    if not (isinstance(error, dict) and "InstructionError" in error):
        name = error if isinstance(error, str) else next(iter(error), "Unknown")
        why = TRANSACTION_ERRORS.get(name, f"the chain answered {error}")
        return Rejection(error, list(logs), name=name, message=_sentence(why))
    index, reason = error["InstructionError"]
    program = programs[index] if index < len(programs) else None
    if not (isinstance(reason, dict) and "Custom" in reason):
        name = reason if isinstance(reason, str) else next(iter(reason), "Unknown")
        said = _last_words(logs)
        return Rejection(
            error,
            list(logs),
            index,
            program=program,
            name=name,
            message=_sentence(f"{_program_name(program)} answered {name}" + (f": {said}" if said else "")),
        )
    code = int(reason["Custom"])
    program = _origin(logs, code) or program
    name, why = _named(program, code, logs)
    return Rejection(error, list(logs), index, code, program, name, _sentence(why))


def _origin(logs: Sequence[str], code: int) -> Pubkey | None:
    """The innermost program that failed: its line is the first, the callers repeat its number."""
    for line in logs:
        if (match := FAILED.match(line)) and int(match[2], 16) == code:
            return Pubkey.from_string(match[1])
    return None


def _named(program: Pubkey | None, code: int, logs: Sequence[str]) -> tuple[str | None, str]:
    if program is not None:
        if native := NATIVE_ERRORS.get((program, code)):
            return native
        if known := program_errors(program).get(code):
            return known
    said = next((match for line in reversed(logs) if (match := ANCHOR_ERROR.search(line))), None)
    if said and int(said[2]) == code:
        if code < FIRST_PROGRAM_ERROR and code in ANCHOR_ERRORS:
            return said[1], f"{ANCHOR_ERRORS[code]} ({_account_named(logs)}{said[3]})"
        return said[1], said[3]
    if code in ANCHOR_ERRORS:
        return None, f"{_program_name(program)}: {ANCHOR_ERRORS[code]}"
    return None, f"{_program_name(program)} failed with error number {code}"


def _account_named(logs: Sequence[str]) -> str:
    """Anchor says which account an error is about: "AnchorError caused by account: vault."."""
    for line in logs:
        if match := re.search(r"AnchorError caused by account: (\w+)", line):
            return f"`{match[1]}`: "
    return ""


def _program_name(program: Pubkey | None) -> str:
    return "The chain" if program is None else PROGRAM_NAMES.get(program, f"Program {program}")


def _last_words(logs: Sequence[str]) -> str:
    """The last line a program said itself: native programs put their reason there."""
    for line in reversed(logs):
        if line.startswith("Program log: Instruction: "):  # Anchor's announcement of what it was asked for
            return ""
        if " failed: " in line or line.endswith(" success") or " consumed " in line or " invoke [" in line:
            continue
        return line.removeprefix("Program log: ").rstrip(".")
    return ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!")) else ".")
