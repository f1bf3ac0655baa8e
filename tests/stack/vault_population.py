"""Any number of collateral vaults, each with values of its own, in the layouts of both releases."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from hashlib import sha256

from windlass_programs import collateral_vault_v1 as release_1
from windlass_programs import collateral_vault_v2 as release_2


def vault(number: int) -> tuple[bytes, bytes]:
    """A vault's data before its migration, and after."""
    owner, mint, tokens = (sha256(f"{what} {number}".encode()).digest() for what in ("owner", "mint", "tokens"))
    locked, available, withdrawn = number % 5, 1_000_000 + number, number % 7
    total = locked + available
    created, updated = 1_790_000_000 + number, 1_795_000_000 + number
    stream = struct.pack("<Q", number) + sha256(b"stream %d" % number).digest()
    fields = owner + mint + tokens + struct.pack("<5Q", total, locked, available, total + withdrawn, withdrawn)
    fields += struct.pack("<2q", created, updated)
    bump = bytes([number % 256])
    new = struct.pack("<qQ", updated if locked else 0, locked)
    return (
        release_1.CollateralVault.DISCRIMINATOR + stream + bump + fields,
        release_2.CollateralVault.DISCRIMINATOR + stream + fields + new + bump,
    )


def vaults_before(count: int) -> Iterator[bytes]:
    """In release 1's layout."""
    return (vault(number)[0] for number in range(count))


def vaults_after(count: int) -> Iterator[bytes]:
    """In release 2's layout."""
    return (vault(number)[1] for number in range(count))
