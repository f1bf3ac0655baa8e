"""The collateral vault under the 3-of-5 multisig, its release 2 proposed with the plan by which vaults are migrated."""

from dataclasses import dataclass, field

from solders.pubkey import Pubkey
from stack.chain import elf
from stack.exchange import Exchange
from stack.governed import Governed
from stack.ledger import Layout, Ledger, Plan
from windlass_programs.addresses import VAULT_PROGRAM_ID, migration_authority_address
from windlass_programs.vault_release_2 import code_for, migration_plan


def plan_of_vaults(may_strand: int = 0, *, receipts: bool = False) -> Plan:
    """The plan as the ledger's instructions take it."""
    layouts = [
        Layout(
            layout.old_discriminator,
            layout.new_discriminator,
            layout.old_size,
            layout.new_size,
            [(each.from_, each.to, each.len) for each in layout.mapped],
            [(each.from_, each.len) for each in layout.dropped],
        )
        for layout in migration_plan().layouts
    ]
    return Plan(layouts, may_strand, receipts)


@dataclass
class MigratingVaults(Ledger):
    """The vault program in the ledger's place: release 1 at first, release 2 once it is upgraded."""

    program: Pubkey = VAULT_PROGRAM_ID
    plan: Plan = field(default_factory=plan_of_vaults)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.exchange = Exchange(self.chain, self.deployer, "collateral_vault_v1")

    def govern(self) -> None:
        """Name the exchange's admin and its position manager, then hand the program over."""
        self.chain.advance(1)
        self.exchange.open()
        self.initialize()
        self.register()

    def _come_under(self, multisig: Pubkey) -> None:
        Governed._come_under(self, multisig)
        self.migration_authority = migration_authority_address(multisig, self.program)
        self.chain.put_program(self.program, elf("collateral_vault_v1"), self.deployer.pubkey())

    def upload(self, code: bytes | None = None, authority: Pubkey | None = None) -> Pubkey:
        """A buffer with release 2 for this multisig, or `code`."""
        return Governed.upload(self, code_for(self.multisig) if code is None else code, authority)
