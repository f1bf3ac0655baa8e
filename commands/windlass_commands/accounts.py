"""The chain's accounts as the commands read them, typed. A wrong address is told apart from a missing account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from solders.pubkey import Pubkey
from windlass_programs.addresses import (
    LOADER_V3,
    VAULT_PROGRAM_ID,
    WINDLASS_PROGRAM_ID,
    migration_tracker_address,
    program_data_address,
    program_state_address,
    vault_address,
    vault_authority_address,
)
from windlass_programs.collateral_vault import CollateralVault, VaultAuthority, decode_vault
from windlass_programs.windlass import (
    MigrationTracker,
    MultisigConfig,
    ProgramUpgradeState,
    ProposalKind,
    UpgradeProposal,
)

from windlass_commands import loader
from windlass_commands.errors import AccountMissing, Refused
from windlass_commands.instructions.voted import Voted
from windlass_commands.rpc import Account, Rpc

# Role bits of a member (windlass-rules).
PROPOSE, APPROVE, GUARD = 1, 2, 4
ROLE_NAMES = {PROPOSE: "propose", APPROVE: "approve", GUARD: "guard"}

KIND = TypeVar("KIND", covariant=True)


class Decodes(Protocol[KIND]):
    """A generated account class: decodes an account's data, discriminator included."""

    def decode(self, data: bytes) -> KIND: ...


def role_names(roles: int) -> str:
    """The names of the bits: "propose, approve" for 3."""
    return ", ".join(name for bit, name in ROLE_NAMES.items() if roles & bit) or "none"


@dataclass(frozen=True)
class Governed:
    """A proposal with everything it depends on."""

    address: Pubkey
    proposal: UpgradeProposal
    multisig: MultisigConfig
    program_state: ProgramUpgradeState | None

    @property
    def state(self) -> ProgramUpgradeState:
        """The program's state. Raises Refused where the proposal is about no program (a config)."""
        if self.program_state is None:
            raise Refused(
                f"Proposal {self.address} is of the kind {self.proposal.kind.name.lower()}, which has no program."
            )
        return self.program_state

    @property
    def threshold(self) -> int:
        """How many approvals it needs."""
        rollback = self.proposal.kind is ProposalKind.ROLLBACK
        return self.multisig.emergency_threshold if rollback else self.multisig.threshold

    @property
    def wait(self) -> int:
        """Seconds from the last approval that counts to the earliest execution."""
        if self.proposal.kind is ProposalKind.ROLLBACK:
            return self.multisig.rollback_delay
        return max(self.multisig.timelock, self.program_state.timelock if self.program_state else 0)

    def voted(self, program_id: Pubkey) -> Voted:
        """The accounts of an instruction about it."""
        if self.program_state is None:
            return Voted(self.address, self.proposal.multisig)
        state = program_state_address(self.proposal.multisig, self.proposal.program, program_id)
        tracker = self.program_state.migration if self.proposal.kind is ProposalKind.ROLLBACK else None
        return Voted(self.address, self.proposal.multisig, state, tracker)

    def effective_eta(self, now: int) -> int:
        """From when on it can be executed, as things stand at `now` (unix seconds): each second of pause since the
        approval is one more to wait."""
        elapsed = self.multisig.accumulated_pause
        if self.multisig.pause_started_at:
            elapsed += max(0, min(now, self.multisig.paused_until) - self.multisig.pause_started_at)
        return self.proposal.eta + max(0, elapsed - self.proposal.pause_mark)


@dataclass(frozen=True)
class Migration:
    """A migration that was started: its tracker, and that account's address."""

    address: Pubkey
    tracker: MigrationTracker


class Accounts:
    """Reads Windlass's accounts of one deployment (`program_id`) from one node."""

    def __init__(self, rpc: Rpc, program_id: Pubkey = WINDLASS_PROGRAM_ID) -> None:
        self.rpc = rpc
        self.program_id = program_id

    async def multisig(self, address: Pubkey) -> MultisigConfig:
        """The MultisigConfig at `address`. Raises AccountMissing."""
        return self._decode(MultisigConfig, "multisig", address, await self.rpc.account(address))

    async def proposal(self, address: Pubkey) -> UpgradeProposal:
        """The UpgradeProposal at `address`. Raises AccountMissing."""
        return self._decode(UpgradeProposal, "proposal", address, await self.rpc.account(address))

    async def program_state(self, multisig: Pubkey, program: Pubkey) -> ProgramUpgradeState:
        """What `multisig` keeps of a program it governs. Raises AccountMissing where it does not."""
        address = program_state_address(multisig, program, self.program_id)
        account = await self.rpc.account(address)
        if account is None:
            raise AccountMissing(
                f"Program {program} is not governed by multisig {multisig}; `windlass register` hands it over."
            )
        return self._decode(ProgramUpgradeState, "program state", address, account)

    async def governed(self, proposal_address: Pubkey) -> Governed:
        """A proposal of any kind, its multisig and its program's state. Raises AccountMissing."""
        proposal = await self.proposal(proposal_address)
        multisig = await self.multisig(proposal.multisig)
        about_program = proposal.kind is not ProposalKind.CONFIG
        state = await self.program_state(proposal.multisig, proposal.program) if about_program else None
        return Governed(proposal_address, proposal, multisig, state)

    async def migration(self, address: Pubkey) -> Migration:
        """The migration whose tracker, or whose upgrade's proposal, is at `address`. Raises AccountMissing."""
        found = await self.any(address)
        if isinstance(found, UpgradeProposal):
            tracker = migration_tracker_address(found.multisig, found.program, found.id, self.program_id)
            account = await self.rpc.account(tracker)
            if account is None:
                raise AccountMissing(
                    f"No migration of proposal {found.id} is started; `windlass start-migration {address}` does that "
                    "once an upgrade with a migration plan is executed."
                )
            return Migration(tracker, self._decode(MigrationTracker, "migration", tracker, account))
        if isinstance(found, MigrationTracker):
            return Migration(address, found)
        raise AccountMissing(f"Expected a migration, or its upgrade's proposal, at {address}, found another account.")

    async def any(self, address: Pubkey) -> MultisigConfig | UpgradeProposal | ProgramUpgradeState | MigrationTracker:
        """Whatever of these is at `address`. Raises AccountMissing."""
        account = await self.rpc.account(address)
        begins = account.data[:8] if account else b""
        if begins == UpgradeProposal.DISCRIMINATOR:
            return self._decode(UpgradeProposal, "proposal", address, account)
        if begins == ProgramUpgradeState.DISCRIMINATOR:
            return self._decode(ProgramUpgradeState, "program state", address, account)
        if begins == MigrationTracker.DISCRIMINATOR:
            return self._decode(MigrationTracker, "migration", address, account)
        return self._decode(MultisigConfig, "multisig, proposal, program state or migration", address, account)

    async def buffer(self, address: Pubkey) -> loader.Buffer:
        """The loader's buffer at `address`. Raises AccountMissing."""
        account = await self.rpc.account(address)
        found = loader.decode_buffer(account.data) if account and account.owner == LOADER_V3 else None
        if found is None:
            what = "nothing" if account is None else f"an account of {account.owner} that is no buffer"
            raise AccountMissing(
                f"Expected a program buffer at {address}, found {what}; `windlass upload FILE.so` makes one."
            )
        return found

    async def program_data(self, program: Pubkey) -> loader.ProgramData:
        """Where `program`'s code is. Raises AccountMissing for anything that is no upgradeable program."""
        program_account, data_account = await self.rpc.accounts([program, program_data_address(program)])
        if program_account is None:
            raise AccountMissing(f"Expected a program at {program}, found nothing; is this the right cluster?")
        found = loader.decode_program_data(data_account.data) if data_account else None
        if program_account.owner != LOADER_V3 or found is None:
            raise AccountMissing(
                f"Expected an upgradeable program (owned by {LOADER_V3}) at {program}, found an account of "
                f"{program_account.owner}; only such programs can be upgraded."
            )
        return found

    async def vault(self, owner: Pubkey, vault_program: Pubkey = VAULT_PROGRAM_ID) -> CollateralVault:
        """The collateral vault of `owner`, in the layout that it is in. Raises AccountMissing."""
        address = vault_address(owner, vault_program)
        account = await self.rpc.account(address)
        if account is None:
            raise AccountMissing(f"{owner} has no collateral vault yet; `windlass vault init MINT` makes one.")
        try:
            return decode_vault(account.data)
        except ValueError as error:
            raise AccountMissing(f"The account at {address} is no collateral vault: {error}.") from error

    async def vault_authority(self, vault_program: Pubkey = VAULT_PROGRAM_ID) -> VaultAuthority:
        """Which programs may move collateral, and who says so. Raises AccountMissing."""
        address = vault_authority_address(vault_program)
        account = await self.rpc.account(address)
        if account is None:
            raise AccountMissing(
                f"No admin was named for the vault program {vault_program}; its upgrade authority does so with "
                "`windlass vault init-authority`."
            )
        try:
            return VaultAuthority.decode(account.data)
        except ValueError as error:
            raise AccountMissing(f"The account at {address} is no vault authority: {error}.") from error

    def _decode(self, kind: Decodes[KIND], what: str, address: Pubkey, account: Account | None) -> KIND:
        if account is None:
            raise AccountMissing(f"Expected a {what} at {address}, found nothing; check the address and the cluster.")
        if account.owner != self.program_id:
            raise AccountMissing(
                f"Expected a {what} of program {self.program_id} at {address}, found an account of {account.owner}; "
                "check the address and which Windlass program is meant."
            )
        try:
            return kind.decode(account.data)
        except ValueError as error:
            raise AccountMissing(f"The account at {address} is no {what}: {error}.") from error
