"""A governed program and its executed upgrades."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from windlass_graphql.connections import After, Connection, First
from windlass_graphql.database import Row
from windlass_graphql.fields import resolver
from windlass_graphql.pages import DEFAULT_PAGE, Page, Place, page
from windlass_graphql.reader import ProgramKey, Reader
from windlass_graphql.scalars import Hash, Int53
from windlass_graphql.types.multisig import Multisig
from windlass_graphql.types.verification import Verification

if TYPE_CHECKING:
    from windlass_graphql.types.proposal import Proposal, ProposalState

PROGRAMS = "programs"
UPGRADES = "upgrades"


@strawberry.type(description="An upgrade that was executed.")
class Upgrade:
    """A row of `upgrades_of_programs`."""

    reader: strawberry.Private[Reader]
    multisig_address: strawberry.Private[str]
    program_address: strawberry.Private[str]
    proposal_address: strawberry.Private[str]
    version: Int53 = strawberry.field(description="The version it made; the first upgrade makes 1.")
    code_digest: Hash = strawberry.field(description="The digest of the code that runs since.")
    executor: strawberry.ID = strawberry.field(description="Who sent the execution.")
    at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="The execution's slot.")
    signature: str = strawberry.field(description="The transaction, in base58.")

    @resolver("The proposal that was executed.")
    async def proposal(self) -> Annotated["Proposal", strawberry.lazy("windlass_graphql.types.proposal")]:
        """The proposal; the tables hold no upgrade without one."""
        from windlass_graphql.types.proposal import Proposal

        row = await self.reader.proposal(self.proposal_address)
        assert row is not None
        return Proposal.from_row(self.reader, row)


@strawberry.type(description="A program whose upgrade authority a multisig holds.")
class Program:
    """A row of the fragment `program`."""

    reader: strawberry.Private[Reader]
    multisig_address: strawberry.Private[str]
    page_key: strawberry.Private[str]
    address: strawberry.ID = strawberry.field(description="The program's id.")
    program_data: strawberry.ID = strawberry.field(description="The loader's account that holds its code.")
    upgrade_authority: strawberry.ID = strawberry.field(
        description="The address without a key that the program's upgrades are signed by."
    )
    previous_authority: strawberry.ID = strawberry.field(description="Who held the authority before registration.")
    timelock_seconds: Int53 = strawberry.field(
        description="The timelock that counts, in seconds: the longer one of the program's own and the multisig's."
    )
    own_timelock_seconds: Int53 = strawberry.field(description="Its own timelock in seconds; 0 is the multisig's.")
    version: Int53 = strawberry.field(description="Upgrades executed since registration; 0 at registration.")
    code_digest: Hash | None = strawberry.field(
        description="The running code's digest; null until the first executed upgrade tells it."
    )
    registered_at: datetime = strawberry.field(description="When it was handed over, by the chain's clock.")
    registered_slot: Int53 = strawberry.field(description="The slot of its registration.")
    registered_signature: str = strawberry.field(description="The transaction that registered it, in base58.")
    last_upgrade_at: datetime | None = strawberry.field(description="The last executed upgrade's time; null is none.")
    released: bool = strawberry.field(description="Whether its upgrade authority was transferred away.")

    @classmethod
    def from_row(cls, reader: Reader, row: Row) -> "Program":
        """From the fragment `program`."""
        return cls(reader=reader, **row)

    @property
    def key(self) -> ProgramKey:
        """What the loaders know it by."""
        return self.multisig_address, self.address

    @resolver("The multisig that governs it.")
    async def multisig(self) -> Multisig:
        """Its multisig; a foreign key says it is there."""
        row = await self.reader.multisig(self.multisig_address)
        assert row is not None
        return Multisig.from_row(self.reader, row)

    @resolver("Its executed upgrades, newest first.")
    async def upgrades(self, first: First = DEFAULT_PAGE, after: After = None) -> Connection[Upgrade]:
        """Its history."""
        asked = page(UPGRADES, first, after)
        return Connection[Upgrade].of(
            UPGRADES,
            asked,
            await self.reader.upgrades_of(self.key, asked),
            lambda row: Place(row["version"], row["program_address"]),
            lambda row: Upgrade(reader=self.reader, **row),
        )

    @resolver("The proposals to upgrade it, newest first.")
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
        rows = await self.reader.proposals_of_program(self.key, asked, state_values(state))
        return proposal_connection(self.reader, asked, rows)

    @resolver("How far the multisig's event stream, which tells of this, agrees with the chain.")
    async def verification(self) -> Verification:
        """Of the multisig's stream."""
        return await Verification.read(self.reader, self.multisig_address)


def program_connection(reader: Reader, asked: Page, rows: list[Row]) -> Connection[Program]:
    """A page of programs."""
    return Connection[Program].of(
        PROGRAMS,
        asked,
        rows,
        lambda row: Place(row["registered_slot"], row["page_key"]),
        lambda row: Program.from_row(reader, row),
    )
