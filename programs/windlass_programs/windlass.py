"""Accounts of the windlass program. Written by `python -m windlass_programs.generate` from its IDL."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from solders.pubkey import Pubkey

from windlass_programs.borsh import Reader, account_reader


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
            members=reader.vec(Member.read),
        )

    @classmethod
    def decode(cls, data: bytes) -> "MultisigConfig":
        """From the account's data. Raises ValueError where it is no MultisigConfig."""
        return cls.read(account_reader("MultisigConfig", cls.DISCRIMINATOR, data))


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
    timelock: int
    last_upgrade_at: int
    approved_proposal: Pubkey | None
    released: bool

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
            timelock=reader.signed(8),
            last_upgrade_at=reader.signed(8),
            approved_proposal=reader.option(Reader.pubkey),
            released=reader.flag(),
        )

    @classmethod
    def decode(cls, data: bytes) -> "ProgramUpgradeState":
        """From the account's data. Raises ValueError where it is no ProgramUpgradeState."""
        return cls.read(account_reader("ProgramUpgradeState", cls.DISCRIMINATOR, data))


class ProposalKind(Enum):
    UPGRADE = 0

    @classmethod
    def read(cls, reader: Reader) -> "ProposalKind":
        return cls(reader.unsigned(1))


class ProposalStatus(Enum):
    PROPOSED = 0
    APPROVED = 1
    EXECUTED = 2
    CANCELLED = 3

    @classmethod
    def read(cls, reader: Reader) -> "ProposalStatus":
        return cls(reader.unsigned(1))


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
            approvals=reader.vec(Vote.read),
            cancel_votes=reader.vec(Vote.read),
        )

    @classmethod
    def decode(cls, data: bytes) -> "UpgradeProposal":
        """From the account's data. Raises ValueError where it is no UpgradeProposal."""
        return cls.read(account_reader("UpgradeProposal", cls.DISCRIMINATOR, data))
