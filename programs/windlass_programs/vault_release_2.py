"""Release 2 of the collateral vault as a multisig proposes it: its code, and the plan by which vaults are migrated."""

from solders.pubkey import Pubkey

from windlass_programs import collateral_vault_v1 as release_1
from windlass_programs import collateral_vault_v2 as release_2
from windlass_programs.artifacts import program_elf
from windlass_programs.windlass import AccountLayout, MappedRange, MigrationPlan

OLD_SIZE, NEW_SIZE = 201, 217
# In the built program, in the place of the multisig's address: governance.rs says why.
_MULTISIG_IN_ELF = b"the multisig that governs vaults"


def code_for(multisig: Pubkey) -> bytes:
    """The shared object, which lets the Windlass of this multisig migrate, and nobody else."""
    built = program_elf("collateral_vault_v2")
    if built.count(_MULTISIG_IN_ELF) != 1:
        raise ValueError("release 2 of the vault has no place, or more than one, for the multisig's address")
    return built.replace(_MULTISIG_IN_ELF, bytes(multisig))


def migration_plan(may_strand: int = 0, *, receipts: bool = False) -> MigrationPlan:
    """The stream stays, all other fields move one byte down, and the bump goes to the end. Nothing is dropped."""
    layout = AccountLayout(
        old_discriminator=release_1.CollateralVault.DISCRIMINATOR,
        new_discriminator=release_2.CollateralVault.DISCRIMINATOR,
        old_size=OLD_SIZE,
        new_size=NEW_SIZE,
        mapped=[MappedRange(8, 8, 40), MappedRange(48, 216, 1), MappedRange(49, 48, 152)],
        dropped=[],
    )
    return MigrationPlan(layouts=[layout], may_strand=may_strand, receipts=receipts)
