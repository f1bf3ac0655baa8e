"""A multisig and its members."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from windlass_graphql.connections import Connection
from windlass_graphql.orders import OF_PROGRAMS, OF_PROPOSALS
from windlass_graphql.reads import Listing, Many, One, reading
from windlass_graphql.scalars import Int53
from windlass_graphql.types.state import IN_STATES
from windlass_graphql.types.timeline import AuditEntry, KeptCopy, Pause, Rollback, audit_log
from windlass_graphql.types.verification import Verification, verification

if TYPE_CHECKING:
    from windlass_graphql.types.program import Program
    from windlass_graphql.types.proposal import Proposal


THE_MULTISIG = One("multisig", on="{t}.address = {parent.multisig_address}")
"""Of whatever belongs to one; a foreign key says it is there."""


@strawberry.enum(description="What a member may do.")
class Role(Enum):
    """A member's role."""

    PROPOSE = strawberry.enum_value("propose", description="Propose upgrades.")
    APPROVE = strawberry.enum_value("approve", description="Approve proposals and vote to cancel them.")
    GUARD = strawberry.enum_value("guard", description="Pause the multisig.")


@strawberry.type(description="A key that takes part in a multisig.")
class Member:
    """A row of the fragment `member`."""

    key: strawberry.ID = strawberry.field(description="The member's address: a wallet's, or another program's account.")
    roles: list[Role] = strawberry.field(description="What the member may do.")


@strawberry.type(description="Members who decide together on the upgrades of programs, and their rules.")
class Multisig:
    """A row of the fragment `multisig`."""

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

    members: list[Member] = reading(
        "The members, in the account's order; at most 16.",
        Many("member", "{t}.position", on="{t}.multisig = {parent.address}"),
    )
    programs: Connection[Annotated["Program", strawberry.lazy("windlass_graphql.types.program")]] = reading(
        "The programs it governs, newest registration first.",
        Listing(
            "programs",
            "program",
            "registered_slot",
            "page_key",
            on="{t}.multisig_address = {parent.address}",
            orders=OF_PROGRAMS,
        ),
    )
    proposals: Connection[Annotated["Proposal", strawberry.lazy("windlass_graphql.types.proposal")]] = reading(
        "The proposals put to it, newest first.",
        Listing(
            "proposals",
            "proposal",
            "created_slot",
            "address",
            on="{t}.multisig_address = {parent.address}",
            arguments={"state": IN_STATES},
            orders=OF_PROPOSALS,
        ),
    )
    pauses: Connection[Pause] = reading(
        "Its pauses, newest first.",
        Listing("pauses", "pause", "seq", "multisig_address", on="{t}.multisig_address = {parent.address}"),
    )
    rollbacks: Connection[Rollback] = reading(
        "The rollbacks that were executed, newest first.",
        Listing("rollbacks", "rollback", "seq", "stream", on="{t}.stream = {parent.address}"),
    )
    kept_copies: Connection[KeptCopy] = reading(
        "Copies of code that upgrades can be rolled back to, newest first.",
        Listing("copies", "kept_copy", "seq", "proposal_address", on="{t}.multisig_address = {parent.address}"),
    )
    audit_log: Connection[AuditEntry] = reading(
        "All that was done, newest first.", audit_log("{t}.multisig_address = {parent.address}", {})
    )
    verification: Verification = verification("How far its event stream agrees with the chain.", "{parent.address}")
