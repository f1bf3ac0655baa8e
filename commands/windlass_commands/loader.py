"""Loader v3 (BPFLoaderUpgradeable): its instructions and the accounts it keeps code in.

Instruction numbers and layouts are those of solana-loader-v3-interface: bincode, a u32 variant first.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account
from windlass_programs.addresses import CLOCK_SYSVAR, LOADER_V3, RENT_SYSVAR, SYSTEM_PROGRAM, program_data_address

BUFFER_HEADER_BYTES = 37
PROGRAM_DATA_HEADER_BYTES = 45
PROGRAM_BYTES = 36
# The loader refuses smaller extensions unless they reach the largest account size (loader v3, ExtendProgram).
MIN_EXTENSION_BYTES = 10_240
MAX_ACCOUNT_BYTES = 10 * 1024 * 1024

INITIALIZE_BUFFER, WRITE, DEPLOY, SET_AUTHORITY, EXTEND_PROGRAM = 0, 1, 2, 4, 6
BUFFER_STATE, PROGRAM_STATE, PROGRAM_DATA_STATE = 1, 2, 3


@dataclass(frozen=True)
class Buffer:
    """A buffer account: who may write to it (None: nobody any more) and the program bytes in it."""

    authority: Pubkey | None
    code: bytes


@dataclass(frozen=True)
class ProgramData:
    """Where a program's code is kept: the slot of the last change, who may upgrade it, and the room for code."""

    slot: int
    upgrade_authority: Pubkey | None
    code: bytes

    @property
    def room(self) -> int:
        """Bytes of code that fit without extending the program."""
        return len(self.code)


def decode_buffer(data: bytes) -> Buffer | None:
    """The buffer in an account's data, or None where it is no buffer."""
    if len(data) < BUFFER_HEADER_BYTES or data[:4] != struct.pack("<I", BUFFER_STATE):
        return None
    authority = Pubkey(data[5:37]) if data[4] else None
    return Buffer(authority, data[BUFFER_HEADER_BYTES:])


def decode_program(data: bytes) -> Pubkey | None:
    """The address of a program's ProgramData, or None where the data is no program account."""
    if len(data) < PROGRAM_BYTES or data[:4] != struct.pack("<I", PROGRAM_STATE):
        return None
    return Pubkey(data[4:36])


def decode_program_data(data: bytes) -> ProgramData | None:
    """The ProgramData in an account's data, or None where it is none."""
    if len(data) < PROGRAM_DATA_HEADER_BYTES or data[:4] != struct.pack("<I", PROGRAM_DATA_STATE):
        return None
    (slot,) = struct.unpack_from("<Q", data, 4)
    authority = Pubkey(data[13:45]) if data[12] else None
    return ProgramData(slot, authority, data[PROGRAM_DATA_HEADER_BYTES:])


def initialize_buffer(buffer: Pubkey, authority: Pubkey) -> Instruction:
    """Make an allocated account a buffer that `authority` may write to."""
    return Instruction(
        LOADER_V3,
        struct.pack("<I", INITIALIZE_BUFFER),
        [AccountMeta(buffer, False, True), AccountMeta(authority, False, False)],
    )


def write(buffer: Pubkey, authority: Pubkey, offset: int, chunk: bytes) -> Instruction:
    """Put `chunk` into the buffer, `offset` bytes from the start of the program bytes."""
    return Instruction(
        LOADER_V3,
        struct.pack("<IIQ", WRITE, offset, len(chunk)) + chunk,
        [AccountMeta(buffer, False, True), AccountMeta(authority, True, False)],
    )


def set_buffer_authority(buffer: Pubkey, authority: Pubkey, new_authority: Pubkey) -> Instruction:
    """Hand the right to write to the buffer over."""
    return Instruction(
        LOADER_V3,
        struct.pack("<I", SET_AUTHORITY),
        [
            AccountMeta(buffer, False, True),
            AccountMeta(authority, True, False),
            AccountMeta(new_authority, False, False),
        ],
    )


def deploy(
    program: Pubkey, buffer: Pubkey, authority: Pubkey, payer: Pubkey, lamports: int, room: int
) -> list[Instruction]:
    """Make a program of a buffer, with `room` bytes for code. `program`, `authority` and `payer` sign.

    `lamports` exempt the program's own account from rent; the buffer's go to `payer`, who pays for the ProgramData.
    """
    account = CreateAccountParams(
        from_pubkey=payer, to_pubkey=program, lamports=lamports, space=PROGRAM_BYTES, owner=LOADER_V3
    )
    return [
        create_account(account),
        Instruction(
            LOADER_V3,
            struct.pack("<IQ", DEPLOY, room),
            [
                AccountMeta(payer, True, True),
                AccountMeta(program_data_address(program), False, True),
                AccountMeta(program, False, True),
                AccountMeta(buffer, False, True),
                AccountMeta(RENT_SYSVAR, False, False),
                AccountMeta(CLOCK_SYSVAR, False, False),
                AccountMeta(SYSTEM_PROGRAM, False, False),
                AccountMeta(authority, True, False),
            ],
        ),
    ]


def extend_program(program: Pubkey, additional_bytes: int, payer: Pubkey) -> Instruction:
    """Make room for `additional_bytes` more of code; anyone may pay for it.

    The program cannot be upgraded, nor called, in the same slot.
    """
    return Instruction(
        LOADER_V3,
        struct.pack("<II", EXTEND_PROGRAM, additional_bytes),
        [
            AccountMeta(program_data_address(program), False, True),
            AccountMeta(program, False, True),
            AccountMeta(SYSTEM_PROGRAM, False, False),
            AccountMeta(payer, True, True),
        ],
    )


def extension_for(room: int, code_bytes: int) -> int:
    """How many bytes to extend by so that `code_bytes` fit where now `room` do; 0 where they fit already."""
    if code_bytes <= room:
        return 0
    missing = code_bytes - room
    most = MAX_ACCOUNT_BYTES - PROGRAM_DATA_HEADER_BYTES - room
    return missing if missing > most else min(max(missing, MIN_EXTENSION_BYTES), most)
