"""Messages of subscriptions."""

import strawberry

from windlass_graphql.changes import Told
from windlass_graphql.feeds import ALERTS
from windlass_graphql.scalars import Int53
from windlass_graphql.types.alert import Alert
from windlass_graphql.types.migration import Migration
from windlass_graphql.types.proposal import Proposal
from windlass_graphql.types.tvl import Tvl
from windlass_graphql.types.vault import Vault

_CURSOR = "Subscribe `after` this one to go on from here."
_CURSOR_OR_NULL = f"{_CURSOR} Null within what was there already, for only its last one says that all was heard."


@strawberry.type(description="A change of a proposal, sent when the database has committed it.")
class ProposalChange:
    """A proposal after a change."""

    cursor: str | None = strawberry.field(description=_CURSOR_OR_NULL)
    address: strawberry.ID = strawberry.field(description="The proposal's address.")
    slot: Int53 = strawberry.field(description="The slot of the event; 0 where a fork took events back.")
    seq: Int53 = strawberry.field(
        description="The event's place in the multisig's stream; 0 where a fork took events back."
    )
    proposal: Proposal | None = strawberry.field(
        description="The proposal as read after the change (and possibly after a later one); null where a fork took "
        "it back."
    )


@strawberry.type(description="A change of a migration, sent when the database has committed it.")
class MigrationChange:
    """A migration after a change."""

    cursor: str | None = strawberry.field(description=_CURSOR_OR_NULL)
    address: strawberry.ID = strawberry.field(description="The tracker's address.")
    migration: Migration | None = strawberry.field(
        description="The migration as read after the change (and possibly after a later one); null where a fork took "
        "it back."
    )


@strawberry.type(description="Something that happened to an alert: it was raised, withdrawn, or raised again.")
class AlertChange:
    """An alert after it."""

    cursor: str = strawberry.field(description=_CURSOR)
    alert: Alert = strawberry.field(description="The alert; `withdrawnAt` says whether it holds.")

    @classmethod
    def of(cls, told: Told) -> "AlertChange":
        """From the feed."""
        return cls(cursor=ALERTS.cursor(told.change.number), alert=told.reader.node(told.row))


@strawberry.type(description="A change of a vault, sent when the database has committed it.")
class VaultChange:
    """A vault after a change."""

    cursor: str | None = strawberry.field(description=_CURSOR_OR_NULL)
    address: strawberry.ID = strawberry.field(description="The vault's address.")
    slot: Int53 = strawberry.field(description="The slot of the event; 0 where a fork took events back.")
    seq: Int53 = strawberry.field(
        description="The event's place in the vault's stream; 0 where a fork took events back."
    )
    vault: Vault | None = strawberry.field(
        description="The vault as read after the change (and possibly after a later one); null where a fork took it "
        "back."
    )


@strawberry.type(description="A change of what all vaults of a token hold, sent when the database has committed it.")
class TvlChange:
    """Totals after a change."""

    cursor: str | None = strawberry.field(description=_CURSOR_OR_NULL)
    mint: strawberry.ID = strawberry.field(description="The token.")
    tvl: Tvl | None = strawberry.field(
        description="The totals as read after the change (and possibly after a later one); null where a fork took back "
        "that there ever was a vault."
    )


@strawberry.type(
    description="Where the subscriptions stand: subscribe `after` these to hear of all that is not in this answer."
)
class Cursors:
    """A row of the fragment `cursors`."""

    alerts: str = strawberry.field(description="For `alertChanged`.")
    proposals: str = strawberry.field(description="For `proposalChanged`.")
    migrations: str = strawberry.field(description="For `migrationChanged`.")
    vaults: str = strawberry.field(description="For `vaultChanged`.")
    tvls: str = strawberry.field(description="For `tvlChanged`.")
