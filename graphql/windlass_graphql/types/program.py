"""A governed program and its executed upgrades."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from windlass_graphql.connections import Connection
from windlass_graphql.orders import OF_PROPOSALS
from windlass_graphql.reads import Argument, Listing, Many, One, reading
from windlass_graphql.scalars import Hash, Int53
from windlass_graphql.types.migration import Migration, migrations
from windlass_graphql.types.multisig import THE_MULTISIG, Multisig
from windlass_graphql.types.state import IN_STATES
from windlass_graphql.types.timeline import Activity, Rollback
from windlass_graphql.types.verification import Verification, verification

if TYPE_CHECKING:
    from windlass_graphql.types.proposal import Proposal


@strawberry.type(description="An upgrade that was executed.")
class Upgrade:
    """A row of the fragment `upgrade`."""

    version: Int53 = strawberry.field(description="The version it made; the first upgrade makes 1.")
    code_digest: Hash = strawberry.field(description="The digest of the code that runs since.")
    executor: strawberry.ID = strawberry.field(description="Who sent the execution.")
    at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="The execution's slot.")
    signature: str = strawberry.field(description="The transaction, in base58.")

    proposal: Annotated["Proposal", strawberry.lazy("windlass_graphql.types.proposal")] = reading(
        "The proposal that was executed.", One("proposal", on="{t}.address = {parent.proposal_address}")
    )


@strawberry.type(description="A program whose upgrade authority a multisig holds.")
class Program:
    """A row of the fragment `program`."""

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

    multisig: Multisig = reading("The multisig that governs it.", THE_MULTISIG)
    upgrades: Connection[Upgrade] = reading(
        "Its executed upgrades, newest first.",
        Listing(
            "upgrades",
            "upgrade",
            "version",
            "program_address",
            on="{t}.multisig_address = {parent.multisig_address} AND {t}.program_address = {parent.address}",
        ),
    )
    proposals: Connection[Annotated["Proposal", strawberry.lazy("windlass_graphql.types.proposal")]] = reading(
        "The proposals to upgrade it, newest first.",
        Listing(
            "proposals",
            "proposal",
            "created_slot",
            "address",
            on="{t}.multisig_address = {parent.multisig_address} AND {t}.program_address = {parent.address}",
            arguments={"state": IN_STATES},
            orders=OF_PROPOSALS,
        ),
    )
    rollbacks: Connection[Rollback] = reading(
        "The rollbacks of its upgrades, newest first.",
        Listing(
            "rollbacks",
            "rollback",
            "seq",
            "stream",
            on="{t}.stream = {parent.multisig_address} AND {t}.program_address = {parent.address}",
        ),
    )
    migrations: Connection[Migration] = reading(
        "Migrations of its accounts, newest first.",
        migrations("{t}.multisig_address = {parent.multisig_address} AND {t}.program_address = {parent.address}", {}),
    )
    activity: list[Activity] = reading(
        "How its transactions went, minute by minute, the newest first: at most a day's minutes.",
        Many(
            "activity",
            "{t}.minute DESC",
            most=1440,
            on="{t}.program = {parent.address}",
            arguments={
                "since": Argument(datetime, "Only minutes from this on.", "{t}.minute >= {value}", "timestamptz"),
                "before": Argument(
                    datetime | None, "Only minutes that begin before this.", "{t}.minute < {value}", "timestamptz"
                ),
            },
        ),
    )
    verification: Verification = verification(
        "How far the multisig's event stream, which tells of this, agrees with the chain.",
        "{parent.multisig_address}",
    )
