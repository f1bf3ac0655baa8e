"""A proposal: what is voted on, who voted, and its clocks."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import strawberry

from windlass_graphql.connections import Connection
from windlass_graphql.database import Row
from windlass_graphql.fields import resolver
from windlass_graphql.pages import Page, Place
from windlass_graphql.reader import Reader
from windlass_graphql.scalars import Hash, Int53
from windlass_graphql.types.multisig import Multisig
from windlass_graphql.types.program import Program
from windlass_graphql.types.verification import Commitment, Verification

PROPOSALS = "proposals"


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


@strawberry.enum(description="Where a proposal stands now: its status, and what the chain's time made of it.")
class ProposalState(Enum):
    """Derived in sql/proposals.sql."""

    PROPOSED = strawberry.enum_value("proposed", description="Can be approved until timelock.votingEndsAt.")
    APPROVED = strawberry.enum_value("approved", description="Waits for timelock.eta; can still be cancelled.")
    READY = strawberry.enum_value("ready", description="Anyone may execute it until timelock.graceEndsAt.")
    EXECUTED = strawberry.enum_value("executed", description="What it proposed was done.")
    MIGRATING = strawberry.enum_value("migrating", description="Executed; its accounts are being migrated.")
    COMPLETED = strawberry.enum_value("completed", description="Executed; its migration is finalized.")
    ROLLED_BACK = strawberry.enum_value("rolled_back", description="Executed, and undone by a rollback.")
    CANCELLED = strawberry.enum_value("cancelled", description="Withdrawn, or voted down.")
    EXPIRED = strawberry.enum_value(
        "expired", description="Not approved, or not executed, in time. Nothing revives it."
    )
    STALE = strawberry.enum_value(
        "stale", description="Made for another version of the program or of the multisig's rules. Nothing revives it."
    )


@strawberry.type(description="One member's vote.")
class Vote:
    """A row of `votes_of_proposals`."""

    member: strawberry.ID = strawberry.field(description="Who voted.")
    at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="The vote's slot.")
    signature: str = strawberry.field(description="The transaction, in base58.")


@strawberry.type(description="A proposal's clocks, by the chain's time.")
class Timelock:
    """A row of timelocks, and the chain's time."""

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
    """The proposal's row of upgrade_history."""

    version: Int53 = strawberry.field(description="The program's version that it made.")
    executor: strawberry.ID = strawberry.field(description="Who sent the execution.")
    at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="The execution's slot.")
    signature: str = strawberry.field(description="The transaction, in base58.")


@strawberry.type(description="What a member proposed: an upgrade, its rollback, other rules, or a transfer.")
class Proposal:
    """A row of the fragment `proposal`."""

    reader: strawberry.Private[Reader]
    row: strawberry.Private[Row]
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

    @classmethod
    def from_row(cls, reader: Reader, row: Row) -> "Proposal":
        """From the fragment `proposal`."""
        columns = {name: row[name] for name in _PLAIN}
        columns["kind"] = ProposalKind(row["kind"])
        columns["state"] = ProposalState(row["state"])
        columns["status"] = ProposalStatus(row["status"])
        return cls(reader=reader, row=row, **columns)

    @resolver("The multisig that decides.")
    async def multisig(self) -> Multisig:
        """Its multisig; a foreign key says it is there."""
        row = await self.reader.multisig(self.row["multisig_address"])
        assert row is not None
        return Multisig.from_row(self.reader, row)

    @resolver("The program that it is about; null for a config.")
    async def program(self) -> Program | None:
        """Its program; only registered ones can be proposed for."""
        if self.row["program_address"] is None:
            return None
        row = await self.reader.program((self.row["multisig_address"], self.row["program_address"]))
        assert row is not None
        return Program.from_row(self.reader, row)

    @resolver("The approvals, oldest first.")
    async def approvals(self) -> list[Vote]:
        """Votes for it."""
        return await self._votes("approve")

    @resolver("The votes to cancel it, oldest first.")
    async def cancel_votes(self) -> list[Vote]:
        """Votes against it."""
        return await self._votes("cancel")

    async def _votes(self, kind: str) -> list[Vote]:
        return [
            Vote(member=row["member"], at=row["at"], slot=row["slot"], signature=row["signature"])
            for row in await self.reader.votes(self.address)
            if row["vote"] == kind
        ]

    @resolver("Its clocks.")
    def timelock(self) -> Timelock:
        """Its clocks."""
        remaining = None
        if self.state is ProposalState.APPROVED and self.row["chain_time"] is not None:
            remaining = Int53(max(0, int((self.row["eta"] - self.row["chain_time"]).total_seconds())))
        elif self.state is ProposalState.READY:
            remaining = Int53(0)
        return Timelock(
            voting_ends_at=self.row["voting_ends_at"],
            approved_at=self.row["approved_at"],
            eta=self.row["eta"],
            grace_ends_at=self.row["grace_ends_at"],
            seconds_remaining=remaining,
        )

    @resolver("How it was executed; null where it was not.")
    def execution(self) -> Execution | None:
        """Its execution."""
        if self.row["executed_version"] is None:
            return None
        return Execution(
            version=self.row["executed_version"],
            executor=self.row["executor"],
            at=self.row["executed_at"],
            slot=self.row["executed_slot"],
            signature=self.row["executed_signature"],
        )

    @resolver("How settled its newest event is.")
    def commitment(self) -> Commitment:
        """Of updatedSlot."""
        return Commitment.of(self.row["is_final"])

    @resolver("How far the multisig's event stream, which tells of this, agrees with the chain.")
    async def verification(self) -> Verification:
        """Of the multisig's stream, up to the proposal's newest event."""
        return await Verification.read(self.reader, self.row["multisig_address"], self.updated_seq)


def state_values(states: Sequence[ProposalState] | None) -> tuple[str, ...] | None:
    """The states as sql/proposals.sql names them; in one order, so that equal filters share a loader's batch."""
    return None if states is None else tuple(sorted({str(state.value) for state in states}))


def proposal_connection(reader: Reader, asked: Page, rows: list[Row]) -> Connection[Proposal]:
    """A page of proposals."""
    return Connection[Proposal].of(
        PROPOSALS,
        asked,
        rows,
        lambda row: Place(row["created_slot"], row["address"]),
        lambda row: Proposal.from_row(reader, row),
    )


_PLAIN = [field.name for field in dataclasses.fields(Proposal) if field.init and field.name not in ("reader", "row")]
