"""Digests of code of every size that the loader takes, on chain and off it, and the hash of `solana-verify` beside."""

import struct
from collections.abc import Iterator
from hashlib import sha256
from itertools import dropwhile
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.chain import buffer_data
from stack.governed import PROGRAM_DATA_HEADER, Governed
from stack.refusals import refused
from windlass_commands.elf import ELF_MAGIC, HEADER_BYTES, executable_hash, read_header
from windlass_programs.addresses import LOADER_V3
from windlass_programs.digests import CODE_CHUNK_BYTES, code_digest

# MAX_PERMITTED_DATA_LENGTH of an account, less the header of the ProgramData that the code is to lie in.
LARGEST = 10 * 1024 * 1024 - PROGRAM_DATA_HEADER
WRITE, SET_AUTHORITY, CLOSE = 1, 4, 5
EM_BPF = 247


def touches(world: Governed, buffer: Pubkey, at: int) -> Iterator[Instruction]:
    """All that the loader lets a buffer's authority do to it, by who was its authority: a write at `at`, and others."""
    proposer = world.proposer.pubkey()
    for data, accounts in (
        (struct.pack("<IIQ4s", WRITE, at, 4, b"evil"), [buffer, proposer]),
        (struct.pack("<I", SET_AUTHORITY), [buffer, proposer, proposer]),
        (struct.pack("<I", CLOSE), [buffer, world.payer.pubkey(), proposer]),
    ):
        metas = [AccountMeta(key, key == proposer, key != proposer) for key in accounts]
        yield Instruction(LOADER_V3, data, metas)


@pytest.mark.parametrize("length", [150_000, 1_000_000, 5_000_000, LARGEST])
def test_a_buffer_is_hashed_in_steps_and_nobody_writes_between_them(governed: Governed, length: int) -> None:
    code = Random(length).randbytes(length)
    buffer = governed.upload(code)
    id = governed.propose(buffer)
    steps = 0
    while (done := governed.proposal(id).verified_len) < length:
        # Where it was hashed already, and where it was not yet.
        for at in (max(0, done - 4), min(done, length - 4)):
            for touch in touches(governed, buffer, at):
                with refused("Incorrect authority provided"):
                    governed.chain.send(touch, signers=[governed.proposer])
        governed.verify(id)
        steps += 1
        hashed = min(steps * CODE_CHUNK_BYTES, length)
        proposal = governed.proposal(id)
        assert (proposal.verified_len, proposal.verified_digest) == (hashed, code_digest(code[:hashed]))

    assert steps == -(-length // CODE_CHUNK_BYTES)
    assert governed.proposal(id).verified_digest == governed.proposal(id).code_digest == code_digest(code)
    assert governed.chain.account(buffer).data == buffer_data(code, governed.upgrade_authority)


def test_the_last_byte_of_the_largest_code_is_hashed(governed: Governed) -> None:
    code = bytearray(Random(LARGEST).randbytes(LARGEST))
    stated = code_digest(bytes(code))
    code[-1] ^= 1
    id = governed.propose(governed.upload(bytes(code)), digest=stated)
    for _ in range(LARGEST // CODE_CHUNK_BYTES):
        governed.verify(id)
    with refused("CodeDigestMismatch"):
        governed.verify(id)


def solana_verify(program_data: bytes) -> str:
    """That tool's `get_binary_hash`, step by step: turn round, skip while zero, turn back, sha256 in hex."""
    trimmed = bytes(dropwhile(lambda byte: byte == 0, reversed(program_data)))[::-1]
    return sha256(trimmed).hexdigest()


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    """An SBPF ELF's header, and sections in which there are zeros: between them, and behind the last one."""
    header = bytearray(draw(st.binary(min_size=HEADER_BYTES, max_size=HEADER_BYTES)))
    header[:6] = ELF_MAGIC + bytes([2, 1])
    struct.pack_into("<H", header, 18, EM_BPF)
    section = st.one_of(st.binary(max_size=200), st.integers(0, 300).map(bytes))
    return bytes(header) + b"".join(draw(st.lists(section, max_size=6)))


@given(programs(), st.integers(0, 20_000))
@settings(max_examples=1_000)
def test_the_executable_hash_is_that_of_solana_verify(code: bytes, room: int) -> None:
    """Of the file as of the account, in which the room to grow follows it."""
    read_header(code, "the generated file")
    assert executable_hash(code).hex() == solana_verify(code) == solana_verify(code + bytes(room))
    assert executable_hash(code + bytes(room)) == executable_hash(code)
