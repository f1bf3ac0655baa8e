"""A vault in the layout of either release: what both have goes by the same names."""

from windlass_programs import collateral_vault_v1 as release_1
from windlass_programs import collateral_vault_v2 as release_2

CollateralVault = release_1.CollateralVault | release_2.CollateralVault
# The same in both releases.
VaultAuthority = release_2.VaultAuthority


def decode_vault(data: bytes) -> CollateralVault:
    """From the account's data. Raises ValueError where it is a vault of neither release."""
    if data.startswith(release_1.CollateralVault.DISCRIMINATOR):
        return release_1.CollateralVault.decode(data)
    return release_2.CollateralVault.decode(data)
