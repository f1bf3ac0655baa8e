"""Loader v3's layouts, and how far a program has to be extended."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from windlass_commands import loader
from windlass_commands.elf import read_header
from windlass_commands.errors import Refused
from windlass_programs.artifacts import program_elf

MOST = loader.MAX_ACCOUNT_BYTES - loader.PROGRAM_DATA_HEADER_BYTES


def test_buffer_and_program_data_are_decoded() -> None:
    authority = Pubkey.new_unique()
    buffer = struct.pack("<IB", 1, 1) + bytes(authority) + b"code"
    assert loader.decode_buffer(buffer) == loader.Buffer(authority, b"code")
    data = struct.pack("<IQB", 3, 77, 1) + bytes(authority) + b"code and room"
    decoded = loader.decode_program_data(data)
    assert decoded == loader.ProgramData(77, authority, b"code and room")
    assert decoded.room == 13
    program = struct.pack("<I", 2) + bytes(authority)
    assert loader.decode_program(program) == authority


def test_an_authority_that_was_given_up_is_none() -> None:
    buffer = loader.decode_buffer(struct.pack("<IB", 1, 0) + bytes(32) + b"code")
    data = loader.decode_program_data(struct.pack("<IQB", 3, 0, 0) + bytes(32))
    assert buffer is not None
    assert data is not None
    assert (buffer.authority, data.upgrade_authority) == (None, None)


@given(st.binary(max_size=60))
def test_what_is_something_else_is_not_decoded(data: bytes) -> None:
    kind = int.from_bytes(data[:4], "little") if len(data) >= 4 else -1
    assert (loader.decode_buffer(data) is not None) == (kind == 1 and len(data) >= 37)
    assert (loader.decode_program(data) is not None) == (kind == 2 and len(data) >= 36)
    assert (loader.decode_program_data(data) is not None) == (kind == 3 and len(data) >= 45)


@given(st.integers(0, MOST), st.integers(1, MOST))
def test_an_extension_makes_the_code_fit_and_is_one_that_the_loader_accepts(room: int, code: int) -> None:
    additional = loader.extension_for(room, code)
    if code <= room:
        assert additional == 0
    else:
        assert room + additional >= code
        assert room + additional <= MOST
        assert additional >= loader.MIN_EXTENSION_BYTES or room + additional == MOST


def test_code_beyond_the_largest_account_asks_for_what_the_loader_refuses() -> None:
    assert loader.extension_for(1_000, MOST + 1) > MOST - 1_000


def test_a_real_program_is_recognized() -> None:
    header = read_header(program_elf("collateral_vault_v2"), "it")
    assert header.sbpf_version in range(4)


@pytest.mark.parametrize(
    "code",
    [b"", b"\x7fELF", b"#!/bin/sh" + bytes(100), b"\x7fELF\x01\x01" + bytes(100), b"\x7fELF\x02\x01" + bytes(100)],
)
def test_what_the_loader_would_not_load_is_refused(code: bytes) -> None:
    with pytest.raises(Refused, match="cargo build-sbf"):
        read_header(code, "the file")
