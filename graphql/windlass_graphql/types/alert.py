"""What people want to be told of."""

from datetime import datetime
from enum import Enum

import strawberry

from windlass_graphql.reads import reading
from windlass_graphql.scalars import Int53, Json
from windlass_graphql.types.timeline import THE_PROPOSAL, LazyProposal


@strawberry.enum(description="What an alert says.")
class AlertKind(Enum):
    """As in the read model."""

    PROPOSAL_CREATED = strawberry.enum_value("proposal_created", description="Something was proposed.")
    THRESHOLD_REACHED = strawberry.enum_value("threshold_reached", description="A timelock began.")
    TIMELOCK_HALF = strawberry.enum_value("timelock_half", description="Half of a timelock is over.")
    TIMELOCK_HOUR_LEFT = strawberry.enum_value("timelock_hour_left", description="An hour of a timelock is left.")
    READY = strawberry.enum_value("ready", description="Anyone may execute it now.")
    EXPIRING = strawberry.enum_value("expiring", description="Little time is left to vote, or to execute.")
    EXPIRED = strawberry.enum_value("expired", description="The time to vote, or to execute, is over.")
    EXECUTED = strawberry.enum_value("executed", description="What was proposed was done.")
    CANCELLED = strawberry.enum_value("cancelled", description="A proposal was withdrawn or voted down.")
    ROLLED_BACK = strawberry.enum_value("rolled_back", description="An upgrade was undone.")
    PAUSED = strawberry.enum_value("paused", description="A guard paused the multisig.")
    PAUSE_OVER = strawberry.enum_value("pause_over", description="A pause ran out.")
    RESUMED = strawberry.enum_value("resumed", description="A pause was ended.")
    CONFIG_LOWERING_PROPOSED = strawberry.enum_value(
        "config_lowering_proposed", description="Rules were proposed that ask for less of something."
    )
    CONFIG_LOWERED = strawberry.enum_value("config_lowered", description="Rules now ask for less of something.")
    MIGRATION_STUCK = strawberry.enum_value("migration_stuck", description="A migration stands still.")
    FAILING_AFTER_UPGRADE = strawberry.enum_value(
        "failing_after_upgrade", description="Since an upgrade, too many of a program's transactions fail."
    )
    VAULT_NOT_BACKED = strawberry.enum_value(
        "vault_not_backed", description="A vault's token account holds less than the vault, or is not there."
    )


@strawberry.type(description="Something to be told of, raised once for its cause.")
class Alert:
    """A row of the fragment `alert`."""

    id: Int53 = strawberry.field(description="Its number; later ones are higher.")
    kind: AlertKind = strawberry.field(description="What it says.")
    stream: strawberry.ID = strawberry.field(description="The account whose event is the cause.")
    seq: Int53 = strawberry.field(description="The cause's place in the stream; 0 where there is none yet.")
    slot: Int53 = strawberry.field(description="The cause's slot.")
    signature: str | None = strawberry.field(
        description="The cause's transaction, in base58; null for a migration that never moved, and for missing tokens."
    )
    multisig_address: strawberry.ID | None = strawberry.field(description="The multisig it concerns; null is none.")
    program_address: strawberry.ID | None = strawberry.field(description="The program it concerns; null is none.")
    proposal_address: strawberry.ID | None = strawberry.field(description="The proposal it concerns; null is none.")
    at: datetime = strawberry.field(description="When it became so, by the chain's clock.")
    data: Json = strawberry.field(description="What more there is to say, by kind.")
    raised_at: datetime = strawberry.field(description="When it was raised, by the database's clock.")
    withdrawn_at: datetime | None = strawberry.field(
        description="When it was withdrawn because a fork took its cause back; null where it holds."
    )
    ended_at: datetime | None = strawberry.field(
        description="When what lasted was over, by the chain's clock; null while it lasts, and for what lasts not."
    )
    proposal: LazyProposal | None = reading("The proposal it concerns; null is none.", THE_PROPOSAL)
