"""A governed program: five members, three of whom decide, and the collateral vault in their hands."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.chain import Chain, Landed, Refused, elf, idl
from stack.instructions import build, i64
from windlass_programs.addresses import (
    INSTRUCTIONS_SYSVAR,
    SLOT_HASHES_SYSVAR,
    VAULT_PROGRAM_ID,
    multisig_address,
    program_data_address,
    program_state_address,
    proposal_address,
    upgrade_authority_address,
)
from windlass_programs.artifacts import ProgramName
from windlass_programs.digests import code_digest
from windlass_programs.windlass import MultisigConfig, ProgramUpgradeState, UpgradeProposal

PROPOSE, APPROVE, GUARD = 1, 2, 4
HOUR, DAY = 3_600, 86_400
PROGRAM_DATA_HEADER = 45


@dataclass(frozen=True)
class Terms:
    """What a multisig is made with. Durations are seconds."""

    members: Sequence[tuple[Pubkey, int]]
    threshold: int = 3
    cancel_threshold: int = 3
    emergency_threshold: int = 4
    timelock: int = 2 * DAY
    rollback_delay: int = HOUR
    grace_period: int = 14 * DAY
    voting_period: int = 3 * DAY

    def pack(self) -> bytes:
        """Borsh, as `MultisigParams` lies."""
        members = b"".join(struct.pack("<32sB", bytes(key), roles) for key, roles in self.members)
        thresholds = bytes([self.threshold, self.cancel_threshold, self.emergency_threshold])
        durations = struct.pack("<4q", self.timelock, self.rollback_delay, self.grace_period, self.voting_period)
        return struct.pack("<I", len(self.members)) + members + thresholds + durations


@dataclass
class Governed:
    """A program, by default release 1 of the vault, and a 3-of-5 multisig for it, each made by its own step.

    The first two members may propose, all may approve.
    """

    chain: Chain = field(default_factory=Chain)
    program: Pubkey = VAULT_PROGRAM_ID
    release: ProgramName = "collateral_vault_v1"
    successor: ProgramName = "collateral_vault_v2"

    def __post_init__(self) -> None:
        self.members = [self.chain.keypair() for _ in range(5)]
        self.proposer = self.members[0]
        self.stranger = self.chain.funded_keypair()
        self.payer = self.chain.funded_keypair()
        self.create_key = self.chain.keypair()
        self.deployer = self.chain.keypair()
        self.program_data = program_data_address(self.program)
        roles = [PROPOSE | APPROVE, PROPOSE | APPROVE, APPROVE, APPROVE | GUARD, APPROVE]
        self.terms = Terms([(member.pubkey(), role) for member, role in zip(self.members, roles, strict=True)])
        self.chain.put_program(self.program, elf(self.release), self.deployer.pubkey())
        self._come_under(multisig_address(self.create_key.pubkey()))

    def _come_under(self, multisig: Pubkey) -> None:
        self.multisig = multisig
        self.program_state = program_state_address(multisig, self.program)
        self.upgrade_authority = upgrade_authority_address(multisig, self.program)

    def join(self, other: "Governed") -> None:
        """Have the multisig of another program, in the place of one of its own."""
        self.members, self.proposer, self.create_key, self.terms = (
            other.members,
            other.proposer,
            other.create_key,
            other.terms,
        )
        self._come_under(other.multisig)

    # The steps of the story; each raises Refused where the program says no.

    def initialize(self, **changes: object) -> Landed:
        """Create the multisig, with `changes` to its terms."""
        terms = replace(self.terms, **changes)  # type: ignore[arg-type]
        landed = self.send("initialize_multisig", self.create_key, arguments=terms.pack())
        self.terms = terms
        return landed

    def register(self, timelock: int = 0, **changes: Pubkey) -> Landed:
        """Hand the program's upgrade authority over."""
        return self.send("register_program", self.deployer, arguments=i64(timelock), changes=changes)

    def register_another_program(self) -> Pubkey:
        """Put a second program under the same multisig; where its state lies."""
        accounts = self.accounts_of(self.put_another_program())
        self.send("register_program", self.deployer, arguments=i64(0), changes=accounts)
        return accounts["program_state"]

    def put_another_program(self) -> Pubkey:
        """A second program, under the deployer; its address."""
        program = self.chain.keypair().pubkey()
        self.chain.put_program(program, elf("collateral_vault_v1"), self.deployer.pubkey())
        return program

    def accounts_of(self, program: Pubkey) -> dict[str, Pubkey]:
        """What an instruction about this program takes in the place of the first program's accounts."""
        return {
            "governed_program": program,
            "program_data": program_data_address(program),
            "program_state": program_state_address(self.multisig, program),
            "upgrade_authority": upgrade_authority_address(self.multisig, program),
        }

    def upload(self, code: bytes | None = None, authority: Pubkey | None = None) -> Pubkey:
        """A buffer with the successor, or `code`, under the proposer, or `authority`."""
        code = elf(self.successor) if code is None else code
        return self.chain.put_buffer(code, authority or self.proposer.pubkey())

    def propose(
        self,
        buffer: Pubkey | None = None,
        *,
        proposer: Keypair | None = None,
        digest: bytes | None = None,
        no_rollback: bool = True,
        plan: bytes | None = None,
    ) -> int:
        """Propose the buffer (a new one with the successor); the proposal's id."""
        proposer = proposer or self.proposer
        buffer = buffer or self.upload(authority=proposer.pubkey())
        if digest is None:
            digest = code_digest(self.chain.account(buffer).data[37:])
        id = self.multisig_config.proposal_count + 1
        accounts = {"proposal": self.proposal_address(id), "buffer": buffer, "proposer": proposer.pubkey()}
        arguments = digest + bytes([no_rollback]) + (b"\0" if plan is None else b"\1" + plan)
        self.send("propose_upgrade", proposer, arguments=arguments, changes=accounts)
        return id

    def verify(self, id: int, **changes: Pubkey) -> Landed:
        """Hash the next chunk of the proposal's buffer."""
        accounts = {"buffer": self.proposal(id).buffer, **changes}
        return self.send("verify_buffer", id=id, changes=accounts)

    def propose_verified(self) -> int:
        """A proposal of the successor that can be approved; its id."""
        id = self.propose()
        self.verify_all(id)
        return id

    def verify_all(self, id: int) -> None:
        """Hash the proposal's buffer to its end."""
        while (proposal := self.proposal(id)).verified_len < proposal.buffer_len:
            self.verify(id)

    def approve(self, id: int, member: Keypair, digest: bytes | None = None, **changes: Pubkey) -> Landed:
        """Approve what the proposal's account names, or `digest`."""
        return self.chain.send(self.approval(id, member, digest, **changes), signers=[member])

    def approval(self, id: int, member: Keypair, digest: bytes | None = None, **changes: Pubkey) -> Instruction:
        """The instruction by which `member` approves."""
        arguments = self.proposal(id).digest if digest is None else digest
        accounts = {"member": member.pubkey(), **changes}
        return self.instruction("approve_upgrade", id=id, arguments=arguments, changes=accounts)

    def approved(self) -> int:
        """A proposal of the successor with three approvals; its id."""
        id = self.propose_verified()
        for member in self.members[:3]:
            self.approve(id, member)
        return id

    def execute(self, id: int, **changes: Pubkey) -> Landed:
        """Upgrade the program."""
        return self.chain.send(self.execution(id, **changes), signers=[self.stranger])

    def execution(self, id: int, **changes: Pubkey) -> Instruction:
        """The instruction by which a stranger executes the upgrade."""
        proposal = self.proposal(id)
        accounts = {
            "buffer": proposal.buffer,
            "spill": proposal.payer,
            "executor": self.stranger.pubkey(),
            **changes,
        }
        return self.instruction("execute_upgrade", id=id, changes=accounts)

    def cancel(self, id: int, member: Keypair, **changes: Pubkey) -> Landed:
        """Withdraw, or vote to cancel."""
        return self.send("cancel_upgrade", member, id=id, changes={"member": member.pubkey(), **changes})

    # What the accounts say.

    @property
    def multisig_config(self) -> MultisigConfig:
        """The multisig."""
        return MultisigConfig.decode(self.chain.account(self.multisig).data)

    @property
    def program_upgrade_state(self) -> ProgramUpgradeState:
        """The governed program's state."""
        return ProgramUpgradeState.decode(self.chain.account(self.program_state).data)

    @property
    def running_code(self) -> bytes:
        """All that the program's data holds behind its header."""
        return self.chain.account(self.program_data).data[PROGRAM_DATA_HEADER:]

    def proposal_address(self, id: int) -> Pubkey:
        """Where the proposal lies."""
        return proposal_address(self.multisig, id)

    def proposal(self, id: int) -> UpgradeProposal:
        """The proposal."""
        return UpgradeProposal.decode(self.chain.account(self.proposal_address(id)).data)

    def open_proposals(self, member: Keypair) -> int:
        """How many proposals of a member are open, by the multisig's count."""
        return next(m.open_proposals for m in self.multisig_config.members if m.key == member.pubkey())

    # How they are sent.

    def send(
        self,
        name: str,
        *signers: Keypair,
        id: int | None = None,
        arguments: bytes = b"",
        changes: Mapping[str, Pubkey] | None = None,
    ) -> Landed:
        """Send one instruction, paid for by `payer`, signed by `signers`."""
        instruction = self.instruction(name, id=id, arguments=arguments, changes=changes)
        return self.chain.send(instruction, signers=[self.payer, *signers])

    def instruction(
        self,
        name: str,
        *,
        id: int | None = None,
        arguments: bytes = b"",
        changes: Mapping[str, Pubkey] | None = None,
        without: str | None = None,
    ) -> Instruction:
        """An instruction with this world's accounts, but for `changes`, and `without` an optional one."""
        accounts = {
            "multisig": self.multisig,
            "create_key": self.create_key.pubkey(),
            "payer": self.payer.pubkey(),
            "program_state": self.program_state,
            "governed_program": self.program,
            "program_data": self.program_data,
            "upgrade_authority": self.upgrade_authority,
            "authority": self.deployer.pubkey(),
            "slot_hashes": SLOT_HASHES_SYSVAR,
            "instructions": INSTRUCTIONS_SYSVAR,
        }
        if id is not None:
            accounts["proposal"] = self.proposal_address(id)
        entry = next(e for e in idl("windlass").json["instructions"] if e["name"] == name)
        wanted = {account["name"] for account in entry["accounts"]} - {without}
        named = {key: address for key, address in accounts.items() if key in wanted} | dict(changes or {})
        return build(idl("windlass"), name, named, arguments)


__all__ = ["APPROVE", "DAY", "GUARD", "HOUR", "PROPOSE", "Governed", "Refused", "Terms"]
