"""An exchange on the collateral vault: an admin, and position managers that may move its users' collateral."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.chain import Chain, Landed, idl
from stack.instructions import build, u64
from stack.vaults import User
from windlass_programs.addresses import (
    TOKEN_PROGRAM,
    VAULT_PROGRAM_ID,
    collateral_signer_address,
    program_data_address,
    vault_authority_address,
)
from windlass_programs.artifacts import ProgramName
from windlass_programs.collateral_vault import VaultAuthority

MANAGER = Pubkey.from_string("PosnManager11111111111111111111111111111111")
_MANAGER_ELF = Path(__file__).parent.parent / "programs" / "built" / "position-manager.so"


@dataclass
class Exchange:
    """The program under `deployer`, its upgrade authority. Everything else is made by its own step.

    Both releases take the same accounts; instructions are made by the IDL of `release`.
    """

    chain: Chain
    deployer: Keypair
    release: ProgramName = "collateral_vault_v2"
    admin: Keypair = field(init=False)

    def __post_init__(self) -> None:
        self.admin = self.chain.keypair()
        self.authority = vault_authority_address()
        self.put_manager(MANAGER)

    def put_manager(self, address: Pubkey) -> Pubkey:
        """Put a position manager in place; its address. It is built from tests/programs/position-manager."""
        self.chain.add_program(address, _MANAGER_ELF)
        return address

    def open(self) -> None:
        """Name the admin, who authorizes the position manager."""
        self.initialize_authority()
        self.authorize(MANAGER)

    def initialize_authority(self, deployer: Keypair | None = None, **changes: Pubkey) -> Landed:
        """Name the first admin, by the upgrade authority or `deployer`."""
        deployer = deployer or self.deployer
        accounts = {
            "authority": self.authority,
            "vault_program": VAULT_PROGRAM_ID,
            "program_data": program_data_address(VAULT_PROGRAM_ID),
            "upgrade_authority": deployer.pubkey(),
            "payer": self.chain.fee_payer.pubkey(),
            **changes,
        }
        return self._send("initialize_authority", accounts, bytes(self.admin.pubkey()), deployer)

    def set_admin(self, heir: Keypair, admin: Keypair | None = None) -> Landed:
        """Hand the office over; `admin` and `heir` sign."""
        admin = admin or self.admin
        accounts = {"authority": self.authority, "admin": admin.pubkey(), "new_admin": heir.pubkey()}
        return self._send("set_admin", accounts, b"", admin, heir)

    def authorize(self, program: Pubkey, admin: Keypair | None = None) -> Landed:
        """Let a program move collateral."""
        return self._administer("add_authorized_program", program, admin)

    def deauthorize(self, program: Pubkey, admin: Keypair | None = None) -> Landed:
        """Let a program move collateral no more."""
        return self._administer("remove_authorized_program", program, admin)

    def _administer(self, name: str, program: Pubkey, admin: Keypair | None) -> Landed:
        admin = admin or self.admin
        accounts = {"authority": self.authority, "admin": admin.pubkey(), "authorized_program": program}
        return self._send(name, accounts, b"", admin)

    def lock(self, user: User, amount: int, manager: Pubkey = MANAGER, **changes: Pubkey) -> Landed:
        """Have a position manager lock what is available."""
        return self.chain.send(self.move("lock_collateral", user, amount, manager, **changes))

    def unlock(self, user: User, amount: int, manager: Pubkey = MANAGER, **changes: Pubkey) -> Landed:
        """Have a position manager unlock what is locked."""
        return self.chain.send(self.move("unlock_collateral", user, amount, manager, **changes))

    def transfer(self, source: User, target: User, amount: int, manager: Pubkey = MANAGER, **changes: Pubkey) -> Landed:
        """Have a position manager give what is locked in one vault to another."""
        return self.chain.send(self.settlement(source, target, amount, manager, **changes))

    def move(self, name: str, user: User, amount: int, manager: Pubkey = MANAGER, **changes: Pubkey) -> Instruction:
        """The manager's call that locks or unlocks."""
        accounts = {"vault": user.vault, **self._caller(manager), **changes}
        return called_by(manager, build(idl(self.release), name, accounts, u64(amount)))

    def settlement(
        self, source: User, target: User, amount: int, manager: Pubkey = MANAGER, **changes: Pubkey
    ) -> Instruction:
        """The manager's call that transfers."""
        accounts = {
            "from_vault": source.vault,
            "from_token_account": source.token_account,
            "to_vault": target.vault,
            "to_token_account": target.token_account,
            "token_program": TOKEN_PROGRAM,
            **self._caller(manager),
            **changes,
        }
        return called_by(manager, build(idl(self.release), "transfer_collateral", accounts, u64(amount)))

    def _caller(self, manager: Pubkey) -> dict[str, Pubkey]:
        return {"authority": self.authority, "program_signer": collateral_signer_address(manager)}

    def _send(self, name: str, accounts: dict[str, Pubkey], arguments: bytes, *signers: Keypair) -> Landed:
        return self.chain.send(build(idl(self.release), name, accounts, arguments), signers=signers)

    @property
    def state(self) -> VaultAuthority:
        """The account that says who may move collateral."""
        return VaultAuthority.decode(self.chain.account(self.authority).data)

    @property
    def programs(self) -> Sequence[Pubkey]:
        """The authorized programs."""
        return [authorized.program for authorized in self.state.programs]


def called_by(manager: Pubkey, instruction: Instruction) -> Instruction:
    """The same instruction, called by the manager, which signs for its own address."""
    signer = collateral_signer_address(manager)
    metas = [
        AccountMeta(meta.pubkey, meta.is_signer and meta.pubkey != signer, meta.is_writable)
        for meta in instruction.accounts
    ]
    vault_program = AccountMeta(instruction.program_id, False, False)
    return Instruction(manager, instruction.data, [vault_program, *metas])
