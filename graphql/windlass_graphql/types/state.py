"""Where a proposal stands, which lists of proposals can be narrowed down to."""

from enum import Enum

import strawberry

from windlass_graphql.reads import Argument


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


IN_STATES = Argument(
    list[ProposalState] | None, "Only those in one of these states.", "{t}.state = ANY ({value})", "text[]"
)
