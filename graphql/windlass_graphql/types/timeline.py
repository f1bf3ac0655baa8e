"""What happened in governance, each fact with the transaction that proves it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from windlass_graphql.reads import Argument, Listing, One, reading
from windlass_graphql.scalars import Hash, Int53, Json
from windlass_graphql.types.verification import Commitment, Verification, verification

if TYPE_CHECKING:
    from windlass_graphql.types.proposal import Proposal

LazyProposal = Annotated["Proposal", strawberry.lazy("windlass_graphql.types.proposal")]

THE_PROPOSAL = One("proposal", on="{t}.address = {parent.proposal_address}")
"""Of whatever came of one."""


@strawberry.type(description="Something that was done: an event of a governed program's council, as it is on chain.")
class AuditEntry:
    """A row of the fragment `audit_entry`."""

    stream: strawberry.ID = strawberry.field(description="The account whose events these are.")
    seq: Int53 = strawberry.field(description="The event's place in the stream.")
    action: str = strawberry.field(description="The event's name, as in the program's IDL.")
    actor: strawberry.ID | None = strawberry.field(
        description="Who did it; null where anyone may and the event does not say who did."
    )
    multisig_address: strawberry.ID | None = strawberry.field(
        description="The multisig; null where it was done to a vault program's authority."
    )
    program_address: strawberry.ID | None = strawberry.field(description="The program it is about; null is none.")
    proposal_address: strawberry.ID | None = strawberry.field(description="The proposal it is about; null is none.")
    detail: Json = strawberry.field(description="The event's other fields, with the names of the program's IDL.")
    at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="Its slot.")
    signature: str = strawberry.field(description="The transaction, in base58.")
    proposal: LazyProposal | None = reading("The proposal it is about; null is none.", THE_PROPOSAL)
    commitment: Commitment = strawberry.field(description="How settled it is.")
    verification: Verification = verification(
        "How far its stream agrees with the chain, and whether that includes it.",
        "{parent.stream}",
        "{parent.seq:bigint}",
    )


@strawberry.type(description="A pause: while it lasts nothing but a rollback is executed, and timelocks stand still.")
class Pause:
    """A row of the fragment `pause`."""

    seq: Int53 = strawberry.field(description="The place in the multisig's stream of the event that began it.")
    started_at: datetime = strawberry.field(description="When it began, by the chain's clock.")
    until: datetime = strawberry.field(description="When it runs out, or ran out, by itself.")
    ended_at: datetime | None = strawberry.field(
        description="When it was resumed or followed by the next pause; null where neither happened."
    )
    slot: Int53 = strawberry.field(description="The slot in which it began.")
    signature: str = strawberry.field(description="The transaction that began it, in base58.")


@strawberry.type(description="A rollback that was executed.")
class Rollback:
    """A row of the fragment `rollback`."""

    seq: Int53 = strawberry.field(description="Its event's place in the multisig's stream.")
    executor: strawberry.ID = strawberry.field(description="Who sent the execution.")
    at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="Its slot.")
    signature: str = strawberry.field(description="The transaction, in base58.")
    proposal: LazyProposal | None = reading("The rollback's own proposal.", THE_PROPOSAL)
    upgrade: LazyProposal | None = reading(
        "The proposal of the upgrade that was undone.", One("proposal", on="{t}.address = {parent.upgrade_address}")
    )


@strawberry.type(description="The code before an upgrade, kept on chain so that the upgrade can be rolled back.")
class KeptCopy:
    """A row of the fragment `kept_copy`."""

    buffer: strawberry.ID = strawberry.field(description="The account that holds it.")
    seq: Int53 = strawberry.field(description="The place of the event that kept it in the multisig's stream.")
    payer: strawberry.ID = strawberry.field(description="Who paid for it, and gets its lamports back.")
    length: Int53 = strawberry.field(description="Its length in bytes.")
    code_digest: Hash = strawberry.field(description="The kept code's digest.")
    version: Int53 = strawberry.field(description="The program's version that it was.")
    at: datetime = strawberry.field(description="When it was kept, by the chain's clock.")
    slot: Int53 = strawberry.field(description="The slot in which it was kept.")
    signature: str = strawberry.field(description="The transaction that kept it, in base58.")
    proposal: LazyProposal | None = reading("The upgrade that it is kept for.", THE_PROPOSAL)


@strawberry.type(description="How a program's transactions went within one minute.")
class Activity:
    """A row of the fragment `activity`."""

    minute: datetime = strawberry.field(description="The minute's beginning, by block time.")
    successes: Int53 = strawberry.field(description="Transactions that succeeded.")
    failures: Int53 = strawberry.field(description="Transactions that failed.")


IN_TIME = {
    "at_from": Argument(datetime | None, "Only at or after this.", "{t}.at >= {value}", "timestamptz"),
    "at_before": Argument(datetime | None, "Only before this.", "{t}.at < {value}", "timestamptz"),
}
"""Filters of whatever happened at a time."""


def audit_log(on: str | None, arguments: dict[str, Argument]) -> Listing:
    """A list of audit entries."""
    return Listing("audit", "audit_entry", "slot", "page_key", on=on, arguments={**arguments, **IN_TIME})
