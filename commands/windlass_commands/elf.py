"""What an ELF file's header says about a program, before it costs two days to learn that it does not load."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256

from windlass_commands.errors import Refused

ELF_MAGIC = b"\x7fELF"
HEADER_BYTES = 64
# The machine numbers of eBPF and SBPF (elf.h EM_BPF, rbpf EM_SBPF).
SBPF_MACHINES = {247, 263}


@dataclass(frozen=True)
class ElfHeader:
    """`sbpf_version` is the number in e_flags: 0 for the first SBPF, 3 for that of SIMD-0178 and its siblings."""

    sbpf_version: int
    machine: int


def read_header(code: bytes, where: str) -> ElfHeader:
    """The header of `code`, a 64-bit little-endian ELF for SBPF.

    Raises Refused where it is not: the loader would answer InvalidAccountData after the timelock.
    """
    if len(code) < HEADER_BYTES or code[:4] != ELF_MAGIC:
        raise Refused(
            f"{where} holds no program: expected an ELF file (it begins with 7f 45 4c 46), found "
            f"{code[:4].hex(' ') or 'nothing'}. Upload the .so file that `cargo build-sbf` makes."
        )
    bits, order = code[4], code[5]
    (machine,) = struct.unpack_from("<H", code, 18)
    (flags,) = struct.unpack_from("<I", code, 48)
    if bits != 2 or order != 1 or machine not in SBPF_MACHINES:
        raise Refused(
            f"{where} holds an ELF file, but not one for Solana (machine {machine}); expected 64-bit little-endian "
            "SBPF. Upload the .so file that `cargo build-sbf` makes."
        )
    return ElfHeader(flags, machine)


def executable_hash(code: bytes) -> bytes:
    """The hash that `solana-verify get-executable-hash` prints: sha256 without the trailing zeros.

    Computed here, not on chain: it leads from a proposal to a published build, and is not what is voted on.
    """
    return sha256(code.rstrip(b"\0")).digest()
