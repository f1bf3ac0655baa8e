"""Accounts of the windlass program. Written by `python -m windlass_programs.generate` from its IDL."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from solders.pubkey import Pubkey

from windlass_programs.borsh import Reader, account_reader


@dataclass(frozen=True, slots=True)
class AccountVersion:
    DISCRIMINATOR: ClassVar[bytes] = bytes.fromhex("fee36182e1ef1616")

    bump: int
    tracker: Pubkey
    account: Pubkey
    before: bytes
    after: bytes
    migrated_at: int
    reverted_at: int
    payer: Pubkey

    @classmethod
    def read(cls, reader: Reader) -> "AccountVersion":
        return cls(
            bump=reader.unsigned(1),
            tracker=reader.pubkey(),
            account=reader.pubkey(),
            before=reader.raw(32),
            after=reader.raw(32),
            migrated_at=reader.signed(8),
            reverted_at=reader.signed(8),
            payer=reader.pubkey(),
        )

    @classmethod
    def decode(cls, data: bytes) -> "AccountVersion":
        """From the account's data. Raises ValueError where it is no AccountVersion."""
        return cls.read(account_reader("AccountVersion", cls.DISCRIMINATOR, data))


@dataclass(frozen=True, slots=True)
class EventStream:
    seq: int
    digest: bytes

    @classmethod
    def read(cls, reader: Reader) -> "EventStream":
        return cls(
            seq=reader.unsigned(8),
            digest=reader.raw(32),
        )


@dataclass(frozen=True, slots=True)
class MappedRange:
    from_: int
    to: int
    len: int

    @classmethod
    def read(cls, reader: Reader) -> "MappedRange":
        return cls(
            from_=reader.unsigned(2),
            to=reader.unsigned(2),
            len=reader.unsigned(2),
        )


@dataclass(frozen=True, slots=True)
class DroppedRange:
    from_: int
    len: int

    @classmethod
    def read(cls, reader: Reader) -> "DroppedRange":
        return cls(
            from_=reader.unsigned(2),
            len=reader.unsigned(2),
        )


@dataclass(frozen=True, slots=True)
class AccountLayout:
    old_discriminator: bytes
    new_discriminator: bytes
    old_size: int
    new_size: int
    mapped: list[MappedRange]
    dropped: list[DroppedRange]

    @classmethod
    def read(cls, reader: Reader) -> "AccountLayout":
        return cls(
            old_discriminator=reader.raw(8),
            new_discriminator=reader.raw(8),
            old_size=reader.unsigned(4),
            new_size=reader.unsigned(4),
            mapped=reader.vec(MappedRange.read),
            dropped=reader.vec(DroppedRange.read),
        )


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    layouts: list[AccountLayout]
    may_strand: int
    receipts: bool

    @classmethod
    def read(cls, reader: Reader) -> "MigrationPlan":
        return cls(
            layouts=reader.vec(AccountLayout.read),
            may_strand=reader.unsigned(8),
            receipts=reader.flag(),
        )


class MigrationState(Enum):
    MIGRATING = 0
    REVERTING = 1
    FINALIZED = 2

    @classmethod
    def read(cls, reader: Reader) -> "MigrationState":
        return cls(reader.unsigned(1))


@dataclass(frozen=True, slots=True)
class MigrationTracker:
    DISCRIMINATOR: ClassVar[bytes] = bytes.fromhex("170a79c81b509464")

    stream: EventStream
    bump: int
    migration_authority_bump: int
    multisig: Pubkey
    program: Pubkey
    proposal: Pubkey
    proposal_id: int
    version: int
    plan: MigrationPlan
    migrated: int
    reverted: int
    state: MigrationState
    started_at: int
    finalized_at: int

    @classmethod
    def read(cls, reader: Reader) -> "MigrationTracker":
        return cls(
            stream=EventStream.read(reader),
            bump=reader.unsigned(1),
            migration_authority_bump=reader.unsigned(1),
            multisig=reader.pubkey(),
            program=reader.pubkey(),
            proposal=reader.pubkey(),
            proposal_id=reader.unsigned(8),
            version=reader.unsigned(8),
            plan=MigrationPlan.read(reader),
            migrated=reader.unsigned(8),
            reverted=reader.unsigned(8),
            state=MigrationState.read(reader),
            started_at=reader.signed(8),
            finalized_at=reader.signed(8),
        )

    @classmethod
    def decode(cls, data: bytes) -> "MigrationTracker":
        """From the account's data. Raises ValueError where it is no MigrationTracker."""
        return cls.read(account_reader("MigrationTracker", cls.DISCRIMINATOR, data))


@dataclass(frozen=True, slots=True)
class Member:
    key: Pubkey
    roles: int
    open_proposals: int

    @classmethod
    def read(cls, reader: Reader) -> "Member":
        return cls(
            key=reader.pubkey(),
            roles=reader.unsigned(1),
            open_proposals=reader.unsigned(1),
        )


@dataclass(frozen=True, slots=True)
class MultisigConfig:
    DISCRIMINATOR: ClassVar[bytes] = bytes.fromhex("2c3eace1f603b221")

    stream: EventStream
    bump: int
    create_key: Pubkey
    threshold: int
    cancel_threshold: int
    emergency_threshold: int
    timelock: int
    rollback_delay: int
    grace_period: int
    voting_period: int
    config_seq: int
    proposal_count: int
    pause_started_at: int
    paused_until: int
    paused_by: Pubkey
    accumulated_pause: int
    recent_pauses: list[int]
    members: list[Member]

    @classmethod
    def read(cls, reader: Reader) -> "MultisigConfig":
        return cls(
            stream=EventStream.read(reader),
            bump=reader.unsigned(1),
            create_key=reader.pubkey(),
            threshold=reader.unsigned(1),
            cancel_threshold=reader.unsigned(1),
            emergency_threshold=reader.unsigned(1),
            timelock=reader.signed(8),
            rollback_delay=reader.signed(8),
            grace_period=reader.signed(8),
            voting_period=reader.signed(8),
            config_seq=reader.unsigned(8),
            proposal_count=reader.unsigned(8),
            pause_started_at=reader.signed(8),
            paused_until=reader.signed(8),
            paused_by=reader.pubkey(),
            accumulated_pause=reader.signed(8),
            recent_pauses=reader.array(lambda reader: reader.signed(8), 3),
            members=reader.vec(Member.read),
        )

    @classmethod
    def decode(cls, data: bytes) -> "MultisigConfig":
        """From the account's data. Raises ValueError where it is no MultisigConfig."""
        return cls.read(account_reader("MultisigConfig", cls.DISCRIMINATOR, data))


@dataclass(frozen=True, slots=True)
class KeptBuffer:
    buffer: Pubkey
    payer: Pubkey
    len: int
    code_digest: bytes
    version: int

    @classmethod
    def read(cls, reader: Reader) -> "KeptBuffer":
        return cls(
            buffer=reader.pubkey(),
            payer=reader.pubkey(),
            len=reader.unsigned(4),
            code_digest=reader.raw(32),
            version=reader.unsigned(8),
        )


@dataclass(frozen=True, slots=True)
class ProgramUpgradeState:
    DISCRIMINATOR: ClassVar[bytes] = bytes.fromhex("f659eccfc98fe325")

    bump: int
    upgrade_authority_bump: int
    multisig: Pubkey
    program: Pubkey
    program_data: Pubkey
    version: int
    code_digest: bytes
    code_len: int
    timelock: int
    last_upgrade_at: int
    approved_proposal: Pubkey | None
    approved_rollback: Pubkey | None
    released: bool
    rollback: KeptBuffer | None
    last_upgrade_proposal: Pubkey | None
    migration: Pubkey | None
    migration_open: bool

    @classmethod
    def read(cls, reader: Reader) -> "ProgramUpgradeState":
        return cls(
            bump=reader.unsigned(1),
            upgrade_authority_bump=reader.unsigned(1),
            multisig=reader.pubkey(),
            program=reader.pubkey(),
            program_data=reader.pubkey(),
            version=reader.unsigned(8),
            code_digest=reader.raw(32),
            code_len=reader.unsigned(4),
            timelock=reader.signed(8),
            last_upgrade_at=reader.signed(8),
            approved_proposal=reader.option(Reader.pubkey),
            approved_rollback=reader.option(Reader.pubkey),
            released=reader.flag(),
            rollback=reader.option(KeptBuffer.read),
            last_upgrade_proposal=reader.option(Reader.pubkey),
            migration=reader.option(Reader.pubkey),
            migration_open=reader.flag(),
        )

    @classmethod
    def decode(cls, data: bytes) -> "ProgramUpgradeState":
        """From the account's data. Raises ValueError where it is no ProgramUpgradeState."""
        return cls.read(account_reader("ProgramUpgradeState", cls.DISCRIMINATOR, data))


class ProposalKind(Enum):
    UPGRADE = 0
    ROLLBACK = 1
    CONFIG = 2
    TRANSFER = 3

    @classmethod
    def read(cls, reader: Reader) -> "ProposalKind":
        return cls(reader.unsigned(1))


class ProposalStatus(Enum):
    PROPOSED = 0
    APPROVED = 1
    EXECUTED = 2
    MIGRATING = 3
    COMPLETED = 4
    CANCELLED = 5
    EXPIRED = 6
    STALE = 7
    ROLLED_BACK = 8

    @classmethod
    def read(cls, reader: Reader) -> "ProposalStatus":
        return cls(reader.unsigned(1))


@dataclass(frozen=True, slots=True)
class MemberParams:
    key: Pubkey
    roles: int

    @classmethod
    def read(cls, reader: Reader) -> "MemberParams":
        return cls(
            key=reader.pubkey(),
            roles=reader.unsigned(1),
        )


@dataclass(frozen=True, slots=True)
class MultisigParams:
    members: list[MemberParams]
    threshold: int
    cancel_threshold: int
    emergency_threshold: int
    timelock: int
    rollback_delay: int
    grace_period: int
    voting_period: int

    @classmethod
    def read(cls, reader: Reader) -> "MultisigParams":
        return cls(
            members=reader.vec(MemberParams.read),
            threshold=reader.unsigned(1),
            cancel_threshold=reader.unsigned(1),
            emergency_threshold=reader.unsigned(1),
            timelock=reader.signed(8),
            rollback_delay=reader.signed(8),
            grace_period=reader.signed(8),
            voting_period=reader.signed(8),
        )


@dataclass(frozen=True, slots=True)
class Vote:
    member: Pubkey
    at: int

    @classmethod
    def read(cls, reader: Reader) -> "Vote":
        return cls(
            member=reader.pubkey(),
            at=reader.signed(8),
        )


@dataclass(frozen=True, slots=True)
class UpgradeProposal:
    DISCRIMINATOR: ClassVar[bytes] = bytes.fromhex("86d6159dfca06f8d")

    bump: int
    multisig: Pubkey
    program: Pubkey
    id: int
    kind: ProposalKind
    proposer: Pubkey
    payer: Pubkey
    buffer: Pubkey
    buffer_len: int
    code_digest: bytes
    verified_len: int
    verified_digest: bytes
    base_version: int
    no_rollback: bool
    config_seq: int
    slot_hash: bytes
    digest: bytes
    status: ProposalStatus
    created_at: int
    approved_at: int
    eta: int
    expires_at: int
    closed_at: int
    pause_mark: int
    buffer_reclaimed: bool
    rollback_buffer: KeptBuffer | None
    rolls_back: Pubkey | None
    new_authority: Pubkey | None
    plan: MigrationPlan | None
    new_config: MultisigParams | None
    approvals: list[Vote]
    cancel_votes: list[Vote]

    @classmethod
    def read(cls, reader: Reader) -> "UpgradeProposal":
        return cls(
            bump=reader.unsigned(1),
            multisig=reader.pubkey(),
            program=reader.pubkey(),
            id=reader.unsigned(8),
            kind=ProposalKind.read(reader),
            proposer=reader.pubkey(),
            payer=reader.pubkey(),
            buffer=reader.pubkey(),
            buffer_len=reader.unsigned(4),
            code_digest=reader.raw(32),
            verified_len=reader.unsigned(4),
            verified_digest=reader.raw(32),
            base_version=reader.unsigned(8),
            no_rollback=reader.flag(),
            config_seq=reader.unsigned(8),
            slot_hash=reader.raw(32),
            digest=reader.raw(32),
            status=ProposalStatus.read(reader),
            created_at=reader.signed(8),
            approved_at=reader.signed(8),
            eta=reader.signed(8),
            expires_at=reader.signed(8),
            closed_at=reader.signed(8),
            pause_mark=reader.signed(8),
            buffer_reclaimed=reader.flag(),
            rollback_buffer=reader.option(KeptBuffer.read),
            rolls_back=reader.option(Reader.pubkey),
            new_authority=reader.option(Reader.pubkey),
            plan=reader.option(MigrationPlan.read),
            new_config=reader.option(MultisigParams.read),
            approvals=reader.vec(Vote.read),
            cancel_votes=reader.vec(Vote.read),
        )

    @classmethod
    def decode(cls, data: bytes) -> "UpgradeProposal":
        """From the account's data. Raises ValueError where it is no UpgradeProposal."""
        return cls.read(account_reader("UpgradeProposal", cls.DISCRIMINATOR, data))
