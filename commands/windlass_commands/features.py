"""Which SBPF versions a cluster deploys, told from its feature accounts."""

from __future__ import annotations

from solders.pubkey import Pubkey

from windlass_commands.elf import ElfHeader
from windlass_commands.errors import Refused
from windlass_commands.rpc import Rpc

FEATURE_PROGRAM = Pubkey.from_string("Feature111111111111111111111111111111111111")
# SIMD-0500: once active, deploying or upgrading to an SBPF v0, v1 or v2 program fails with InvalidAccountData.
REFUSE_SBPF_V0_TO_V2 = Pubkey.from_string("B8JJXCy5amZyWG9r7EnUYLwzXSXTxG7GZ1qZ1qggo83g")
OLDEST_SBPF_AFTER_SIMD_0500 = 3


async def is_active(rpc: Rpc, feature: Pubkey) -> bool:
    """True where the cluster has activated `feature` (its account holds the slot it did so in)."""
    account = await rpc.account(feature)
    return account is not None and account.owner == FEATURE_PROGRAM and account.data[:1] == b"\x01"


async def require_accepted(rpc: Rpc, header: ElfHeader) -> None:
    """Raise Refused where this cluster would not load the program that `header` begins."""
    if header.sbpf_version < OLDEST_SBPF_AFTER_SIMD_0500 and await is_active(rpc, REFUSE_SBPF_V0_TO_V2):
        raise Refused(
            f"This cluster refuses SBPF v{header.sbpf_version}: SIMD-0500 is active, so only v3 and later can be "
            "deployed. Build with `cargo build-sbf --arch v3` and upload that."
        )
