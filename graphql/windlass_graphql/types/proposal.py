"""A proposal: what is voted on, who voted, and its clocks."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from windlass_graphql.connections import Connection
from windlass_graphql.reads import Inline, Many, One, reading
from windlass_graphql.scalars import Hash, Int53, Json
from windlass_graphql.types.migration import Migration
from windlass_graphql.types.multisig import THE_MULTISIG, Multisig
from windlass_graphql.types.program import Program
from windlass_graphql.types.state import ProposalState
from windlass_graphql.types.timeline import AuditEntry, audit_log
from windlass_graphql.types.verification import Commitment, Verification, verification


@strawberry.enum(description="What a proposal would do.")
class ProposalKind(Enum):
    """As on chain."""

    UPGRADE = strawberry.enum_value("upgrade", description="Replace the program's code by the buffer's.")
    ROLLBACK = strawberry.enum_value("rollback", description="Put the code before the last upgrade back.")
    CONFIG = strawberry.enum_value("config", description="Change the multisig's members, thresholds and times.")
    TRANSFER = strawberry.enum_value("transfer", description="Give the program's upgrade authority away.")


@strawberry.enum(description="A proposal's status as last written on chain. What only time does is in `state`.")
class ProposalStatus(Enum):
    """As on chain."""

    PROPOSED = strawberry.enum_value("proposed", description="Fewer approvals than the threshold.")
    APPROVED = strawberry.enum_value("approved", description="The threshold was reached; the timelock was started.")
    EXECUTED = strawberry.enum_value("executed", description="What it proposed was done.")
    MIGRATING = strawberry.enum_value("migrating", description="Executed; its accounts are being migrated.")
    COMPLETED = strawberry.enum_value("completed", description="Executed; its migration is finalized.")
    CANCELLED = strawberry.enum_value("cancelled", description="Withdrawn, or voted down.")
    EXPIRED = strawberry.enum_value("expired", description="Closed because its time had run out.")
    STALE = strawberry.enum_value("stale", description="Closed because the version or the config had changed.")
    ROLLED_BACK = strawberry.enum_value("rolled_back", description="Executed, and undone by a rollback.")


@strawberry.type(description="One member's vote.")
class Vote:
    """A row of the fragment `vote`."""

    member: strawberry.ID = strawberry.field(description="Who voted.")
    at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="The vote's slot.")
    signature: str = strawberry.field(description="The transaction, in base58.")


@strawberry.type(description="A proposal's clocks, by the chain's time.")
class Timelock:
    """Columns of the fragment `proposal`."""

    voting_ends_at: datetime = strawberry.field(description="Until when the threshold must be reached.")
    approved_at: datetime | None = strawberry.field(description="When it was reached; null where it is not.")
    eta: datetime | None = strawberry.field(
        description="From when it can be executed, moved by pauses since its approval; null until it is approved."
    )
    grace_ends_at: datetime | None = strawberry.field(
        description="Until when it can be executed; null until it is approved."
    )
    seconds_remaining: Int53 | None = strawberry.field(
        description="Seconds of chain time from now to eta while the state is APPROVED, 0 while READY, otherwise null."
    )


@strawberry.type(description="How a proposal was executed.")
class Execution:
    """Columns of the fragment `proposal`."""

    version: Int53 = strawberry.field(description="The program's version that it made.")
    executor: strawberry.ID = strawberry.field(description="Who sent the execution.")
    at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="The execution's slot.")
    signature: str = strawberry.field(description="The transaction, in base58.")


@strawberry.type(description="What a member proposed: an upgrade, its rollback, other rules, or a transfer.")
class Proposal:
    """A row of the fragment `proposal`."""

    address: strawberry.ID = strawberry.field(description="The UpgradeProposal account's address.")
    id: Int53 = strawberry.field(
        description="Its number within its multisig, from 1. Caches take `address` as the identity."
    )
    kind: ProposalKind = strawberry.field(description="What it would do.")
    state: ProposalState = strawberry.field(description="Where it stands now, by the chain's time.")
    status: ProposalStatus = strawberry.field(description="Its status as last written on chain.")
    proposer: strawberry.ID = strawberry.field(description="The member who proposed it.")
    payer: strawberry.ID = strawberry.field(description="Who paid for its account, and gets the buffer's lamports.")
    buffer: strawberry.ID | None = strawberry.field(
        description="The account that holds the proposed code; null where none is proposed."
    )
    buffer_length: Int53 | None = strawberry.field(description="The proposed code's length in bytes.")
    verified_length: Int53 | None = strawberry.field(
        description="How many of these bytes were hashed on chain so far; null where it is no upgrade."
    )
    code_digest: Hash | None = strawberry.field(
        description="The code's digest: SHA-256 over chunks of 1 MiB, each with the digest before it."
    )
    digest: Hash = strawberry.field(description="What an approval names: the digest of everything voted on.")
    slot_hash: Hash = strawberry.field(description="The newest slot's hash when it was proposed; part of the digest.")
    base_version: Int53 | None = strawberry.field(
        description="The program's version that it is meant for; null for a config."
    )
    config_seq: Int53 = strawberry.field(description="The version of the multisig's rules that it was made under.")
    no_rollback: bool | None = strawberry.field(
        description="Whether the vote includes that there will be no way back; null where it is no upgrade."
    )
    rollback_buffer: strawberry.ID | None = strawberry.field(
        description="An upgrade's: the copy of the code before it, until it is retired or used; null where none is."
    )
    buffer_reclaimed: bool = strawberry.field(description="Whether the buffer's lamports were given back.")
    new_authority: strawberry.ID | None = strawberry.field(description="A transfer's: who is to hold the authority.")
    new_config: Json | None = strawberry.field(
        description="A config's: the rules as proposed, with the names of the program's IDL."
    )
    approval_count: int = strawberry.field(description="Members who approved so far.")
    threshold: int = strawberry.field(
        description="Approvals that the multisig asks for; for a rollback the emergency threshold."
    )
    cancel_threshold: int = strawberry.field(description="Cancel votes that end it.")
    created_at: datetime = strawberry.field(description="When it was proposed, by the chain's clock.")
    created_slot: Int53 = strawberry.field(description="The slot in which it was proposed.")
    created_signature: str = strawberry.field(description="The transaction that proposed it, in base58.")
    closed_at: datetime | None = strawberry.field(description="When it was executed or cancelled; null while open.")
    closed_signature: str | None = strawberry.field(description="The transaction that closed it; null while open.")
    updated_slot: Int53 = strawberry.field(description="The slot of its newest event.")
    updated_seq: Int53 = strawberry.field(description="Its newest event's place in the multisig's stream.")

    multisig: Multisig = reading("The multisig that decides.", THE_MULTISIG)
    program: Program | None = reading(
        "The program that it is about; null for a config.",
        One(
            "program",
            on="{t}.multisig_address = {parent.multisig_address} AND {t}.address = {parent.program_address}",
        ),
    )
    approvals: list[Vote] = reading(
        "The approvals, oldest first.",
        Many("vote", "{t}.seq", on="{t}.proposal = {parent.address} AND {t}.vote = 'approve'"),
    )
    cancel_votes: list[Vote] = reading(
        "The votes to cancel it, oldest first.",
        Many("vote", "{t}.seq", on="{t}.proposal = {parent.address} AND {t}.vote = 'cancel'"),
    )
    rolls_back: Annotated["Proposal", strawberry.lazy("windlass_graphql.types.proposal")] | None = reading(
        "A rollback's: the upgrade that it would undo.", One("proposal", on="{t}.address = {parent.rolls_back_address}")
    )
    migration: Migration | None = reading(
        "The migration that its execution started.", One("migration", on="{t}.proposal_address = {parent.address}")
    )
    audit_log: Connection[AuditEntry] = reading(
        "All that was done about it, newest first.", audit_log("{t}.proposal_address = {parent.address}", {})
    )
    timelock: Timelock = reading("Its clocks.", Inline())
    execution: Execution | None = reading(
        "How it was executed; null where it was not.",
        Inline(
            {
                "version": "executed_version",
                "at": "executed_at",
                "slot": "executed_slot",
                "signature": "executed_signature",
            },
            present="executed_version",
        ),
    )
    commitment: Commitment = strawberry.field(description="How settled its newest event is.")
    verification: Verification = verification(
        "How far the multisig's event stream, which tells of this, agrees with the chain.",
        "{parent.multisig_address}",
        "{parent.updated_seq:bigint}",
    )
