"""Instructions for the forwarder: what it does is told by its data (tests/programs/forwarder)."""

import struct
from dataclasses import dataclass

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey


@dataclass(frozen=True)
class LogData:
    """Log these bytes as `Program data:`."""

    data: bytes


@dataclass(frozen=True)
class Log:
    """Log this text as `Program log:`, as often as told."""

    text: str
    times: int = 1


class Fail:
    """Fail with Custom(1)."""


Step = Instruction | LogData | Log | Fail


def forward(program: Pubkey, *steps: Step) -> Instruction:
    """An instruction by which the forwarder at `program` takes these steps; an Instruction is a call that it makes.

    It may be a step of another one: calls nest.
    """
    accounts: dict[Pubkey, AccountMeta] = {}
    for step in steps:
        if isinstance(step, Instruction):
            for meta in (*step.accounts, AccountMeta(step.program_id, False, False)):
                known = accounts.get(meta.pubkey, meta)
                accounts[meta.pubkey] = AccountMeta(
                    meta.pubkey,
                    meta.is_signer or known.is_signer,
                    meta.is_writable or known.is_writable,
                )
    places = {address: place for place, address in enumerate(accounts)}
    return Instruction(program, b"".join(_encode(step, places) for step in steps), list(accounts.values()))


def _encode(step: Step, places: dict[Pubkey, int]) -> bytes:
    match step:
        case LogData(data):
            return b"\x00" + _sized(data)
        case Log(text, times):
            return bytes([1, times]) + _sized(text.encode())
        case Instruction():
            metas = b"".join(
                bytes([places[meta.pubkey], meta.is_signer | meta.is_writable << 1]) for meta in step.accounts
            )
            head = bytes([2, places[step.program_id], len(step.accounts)])
            return head + metas + _sized(step.data)
    return b"\x03"


def _sized(data: bytes) -> bytes:
    return struct.pack("<H", len(data)) + data
