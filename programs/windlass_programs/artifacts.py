"""The built programs and their IDLs, as they lie in this package."""

from pathlib import Path
from typing import Literal

ProgramName = Literal["windlass", "collateral_vault_v1", "collateral_vault_v2"]

_BUILT = Path(__file__).parent / "built"


def program_elf_path(name: ProgramName) -> Path:
    """The shared object that goes on chain."""
    return _BUILT / f"{name}.so"


def program_elf(name: ProgramName) -> bytes:
    """The bytes of the shared object that goes on chain."""
    return program_elf_path(name).read_bytes()


def idl_path(name: ProgramName) -> Path:
    """The program's IDL, in the format of Anchor 0.30 and later."""
    return _BUILT / f"{name}.json"
