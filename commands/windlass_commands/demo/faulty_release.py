"""A release 2 that misbehaves: nobody gets collateral out of it."""

from __future__ import annotations

from hashlib import sha256

from solders.pubkey import Pubkey
from windlass_programs.vault_release_2 import code_for

from windlass_commands.errors import StoryBroken

LOST = ("withdraw", "withdraw_all")


def faulty_code_for(multisig: Pubkey) -> bytes:
    """Release 2 as built, but for the names by which Anchor finds two instructions: as if they had been renamed.

    Everything else works, the migration too, so the fault shows only once the release runs.
    """
    code = code_for(multisig)
    for name in LOST:
        discriminator = sha256(f"global:{name}".encode()).digest()[:8]
        if code.count(discriminator) != 1:
            raise StoryBroken(
                f"Release 2 should have one place where {name} begins, but it has {code.count(discriminator)}."
            )
        code = code.replace(discriminator, sha256(f"global:lost_{name}".encode()).digest()[:8])
    return code
