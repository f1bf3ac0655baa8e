"""A multisig and its members."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from windlass_graphql.connections import After, Connection, First
from windlass_graphql.database import Row
from windlass_graphql.fields import resolver
from windlass_graphql.pages import DEFAULT_PAGE, Page, Place, page
from windlass_graphql.reader import Reader
from windlass_graphql.scalars import Int53
from windlass_graphql.types.verification import Verification

if TYPE_CHECKING:
    from windlass_graphql.types.program import Program
    from windlass_graphql.types.proposal import Proposal, ProposalState

MULTISIGS = "multisigs"


@strawberry.enum(description="What a member may do.")
class Role(Enum):
    """A member's role."""

    PROPOSE = strawberry.enum_value("can_propose", description="Propose upgrades.")
    APPROVE = strawberry.enum_value("can_approve", description="Approve proposals and vote to cancel them.")
    GUARD = strawberry.enum_value("is_guard", description="Pause the multisig.")


@strawberry.type(description="A key that takes part in a multisig.")
class Member:
    """A member."""

    key: strawberry.ID = strawberry.field(description="The member's address: a wallet's, or another program's account.")
    roles: list[Role] = strawberry.field(description="What the member may do.")

    @classmethod
    def from_row(cls, row: Row) -> "Member":
        """From `members_of_multisigs`."""
        return cls(key=row["key"], roles=[role for role in Role if row[role.value]])


@strawberry.type(description="Members who decide together on the upgrades of programs, and their rules.")
class Multisig:
    """A row of the fragment `multisig`."""

    reader: strawberry.Private[Reader]
    address: strawberry.ID = strawberry.field(description="The MultisigConfig account's address.")
    create_key: strawberry.ID = strawberry.field(description="The key that the address is derived from.")
    threshold: int = strawberry.field(description="Approvals that a proposal needs.")
    cancel_threshold: int = strawberry.field(description="Cancel votes that end a proposal.")
    emergency_threshold: int = strawberry.field(description="Approvals that a rollback needs.")
    timelock_seconds: Int53 = strawberry.field(
        description="Seconds from the deciding approval to the earliest execution; a program's own may be longer."
    )
    rollback_delay_seconds: Int53 = strawberry.field(description="The same for a rollback, in seconds.")
    grace_period_seconds: Int53 = strawberry.field(description="Seconds after the timelock in which to execute.")
    voting_period_seconds: Int53 = strawberry.field(description="Seconds after proposing in which to approve.")
    config_seq: Int53 = strawberry.field(description="Changes of these rules so far; each makes open proposals stale.")
    paused_until: datetime | None = strawberry.field(
        description="When the last pause runs out, or ran out if nobody resumed since; null where there is none."
    )
    created_at: datetime = strawberry.field(description="When it was initialized, by the chain's clock.")
    created_slot: Int53 = strawberry.field(description="The slot of its initialization.")
    created_signature: str = strawberry.field(description="The transaction that initialized it, in base58.")

    @classmethod
    def from_row(cls, reader: Reader, row: Row) -> "Multisig":
        """From the fragment `multisig`."""
        return cls(reader=reader, **row)

    @resolver("The members, in the account's order; at most 16.")
    async def members(self) -> list[Member]:
        """The members."""
        return [Member.from_row(row) for row in await self.reader.members(self.address)]

    @resolver("The programs it governs, newest registration first.")
    async def programs(
        self, first: First = DEFAULT_PAGE, after: After = None
    ) -> Connection[Annotated["Program", strawberry.lazy("windlass_graphql.types.program")]]:
        """Its programs."""
        from windlass_graphql.types.program import PROGRAMS, program_connection

        asked = page(PROGRAMS, first, after)
        return program_connection(self.reader, asked, await self.reader.programs_of(self.address, asked))

    @resolver("The proposals put to it, newest first.")
    async def proposals(
        self,
        state: Annotated[
            list[Annotated["ProposalState", strawberry.lazy("windlass_graphql.types.proposal")]] | None,
            strawberry.argument(description="Only those in one of these states."),
        ] = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[Annotated["Proposal", strawberry.lazy("windlass_graphql.types.proposal")]]:
        """Its proposals."""
        from windlass_graphql.types.proposal import PROPOSALS, proposal_connection, state_values

        asked = page(PROPOSALS, first, after)
        rows = await self.reader.proposals_of_multisig(self.address, asked, state_values(state))
        return proposal_connection(self.reader, asked, rows)

    @resolver("How far its event stream agrees with the chain.")
    async def verification(self) -> Verification:
        """Of its own stream."""
        return await Verification.read(self.reader, self.address)


def multisig_connection(reader: Reader, asked: Page, rows: list[Row]) -> Connection[Multisig]:
    """A page of multisigs."""
    return Connection[Multisig].of(
        MULTISIGS,
        asked,
        rows,
        lambda row: Place(row["created_slot"], row["address"]),
        lambda row: Multisig.from_row(reader, row),
    )
