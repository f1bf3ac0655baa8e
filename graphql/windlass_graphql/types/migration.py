"""Migrations of a program's accounts to what an upgrade expects."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from windlass_graphql.connections import Connection
from windlass_graphql.orders import OF_MIGRATIONS
from windlass_graphql.reads import Argument, Listing, One, reading
from windlass_graphql.scalars import Hash, Int53, Json
from windlass_graphql.types.verification import Commitment, Verification, verification

if TYPE_CHECKING:
    from windlass_graphql.types.program import Program
    from windlass_graphql.types.proposal import Proposal


@strawberry.enum(description="Where a migration stands, by its newest event.")
class MigrationState(Enum):
    """As in the read model."""

    MIGRATING = strawberry.enum_value("migrating", description="Accounts go to the new layout.")
    REVERTING = strawberry.enum_value("reverting", description="Accounts go back.")
    FINALIZED = strawberry.enum_value("finalized", description="Nothing of it changes any more.")


@strawberry.enum(description="What happened to an account in a migration.")
class AccountMigrationKind(Enum):
    """As the program's events."""

    MIGRATE = strawberry.enum_value("migrate", description="It went to the new layout.")
    REVERT = strawberry.enum_value("revert", description="It went back.")
    CLOSE_RECEIPT = strawberry.enum_value("close_receipt", description="The receipt of its migration was closed.")


@strawberry.type(description="What happened to one account in a migration.")
class AccountMigration:
    """A row of the fragment `account_migration`."""

    seq: Int53 = strawberry.field(description="Its event's place in the migration's stream.")
    account: strawberry.ID = strawberry.field(description="The account.")
    kind: AccountMigrationKind = strawberry.field(description="What happened.")
    layout: int | None = strawberry.field(description="Which of the plan's layouts, from 0; null for a closed receipt.")
    before: Hash | None = strawberry.field(description="SHA-256 of its data before; null for a closed receipt.")
    after: Hash | None = strawberry.field(description="SHA-256 of its data after; null for a closed receipt.")
    at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="Its slot.")
    signature: str = strawberry.field(description="The transaction, in base58.")
    commitment: Commitment = strawberry.field(description="How settled it is.")


@strawberry.type(
    description="The migration of a program's accounts after an upgrade. What the multisig's stream tells of it is "
    "null until that was read."
)
class Migration:
    """A row of the fragment `migration`."""

    address: strawberry.ID = strawberry.field(description="The tracker's address.")
    version: Int53 | None = strawberry.field(description="The program's version that it migrates to.")
    migration_authority: strawberry.ID | None = strawberry.field(description="Who signs for the accounts' changes.")
    plan: Json | None = strawberry.field(description="The plan as voted on, with the names of the program's IDL.")
    state: MigrationState = strawberry.field(description="Where it stands.")
    migrated: Int53 = strawberry.field(description="Accounts that went to the new layout, each as often as it went.")
    reverted: Int53 = strawberry.field(description="Accounts that went back, each as often as it went.")
    started_at: datetime | None = strawberry.field(description="When it started, by the chain's clock.")
    started_slot: Int53 | None = strawberry.field(description="The slot in which it started.")
    started_signature: str | None = strawberry.field(description="The transaction that started it, in base58.")
    finalized_at: datetime | None = strawberry.field(description="When it was finalized; null while it is not.")
    finalized_signature: str | None = strawberry.field(description="The transaction that finalized it, in base58.")
    program: Annotated["Program", strawberry.lazy("windlass_graphql.types.program")] | None = reading(
        "The program.",
        One(
            "program",
            on="{t}.multisig_address = {parent.multisig_address} AND {t}.address = {parent.program_address}",
        ),
    )
    proposal: Annotated["Proposal", strawberry.lazy("windlass_graphql.types.proposal")] | None = reading(
        "The executed upgrade's proposal.", One("proposal", on="{t}.address = {parent.proposal_address}")
    )
    accounts: Connection[AccountMigration] = reading(
        "What happened to accounts, newest first.",
        Listing(
            "accounts",
            "account_migration",
            "seq",
            "migration_address",
            on="{t}.migration_address = {parent.address}",
            arguments={
                "account": Argument(strawberry.ID | None, "Only this account's.", "{t}.account = {value}"),
            },
        ),
    )
    verification: Verification = verification("How far the tracker's stream agrees with the chain.", "{parent.address}")


IN_STATE = Argument(
    list[MigrationState] | None, "Only those in one of these states.", "{t}.state = ANY ({value})", "text[]"
)


def migrations(on: str | None, arguments: dict[str, Argument]) -> Listing:
    """A list of migrations."""
    return Listing(
        "migrations",
        "migration",
        "started_order",
        "address",
        on=on,
        arguments={**arguments, "state": IN_STATE},
        orders=OF_MIGRATIONS,
    )
