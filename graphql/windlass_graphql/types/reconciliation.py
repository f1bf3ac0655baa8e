"""Whether the vaults' tokens are there, as the token accounts on chain tell."""

from datetime import datetime

import strawberry

from windlass_graphql.reads import Many, One, reading
from windlass_graphql.scalars import U64, Amount, Int53
from windlass_graphql.types.vault import Vault


@strawberry.type(description="The vaults of one token within a reconciliation. Amounts are base units of the mint.")
class ReconciliationSum:
    """A row of the fragment `reconciliation_sum`."""

    mint: strawberry.ID = strawberry.field(description="The token.")
    checked: Int53 = strawberry.field(description="Vaults that were compared.")
    unbacked: Int53 = strawberry.field(description="Those whose tokens were not all there.")
    balances: Amount = strawberry.field(description="What the compared vaults held, by their events.")
    tokens: Amount = strawberry.field(description="What their token accounts held.")
    missing: Amount = strawberry.field(description="What lacked in accounts that held less.")
    surplus: Amount = strawberry.field(description="What was beyond in accounts that held more: anyone may send.")


@strawberry.type(
    description="A comparison of vaults with their token accounts, each at a slot at which the vault's own account "
    "agreed with its events. Of many vaults each one looks at some, in turn."
)
class Reconciliation:
    """A row of the fragment `reconciliation`."""

    id: Int53 = strawberry.field(description="Its number; later ones are higher.")
    began_at: datetime = strawberry.field(description="When it began, by the indexer's clock.")
    ended_at: datetime = strawberry.field(description="When it ended, by the database's clock.")
    first_slot: Int53 | None = strawberry.field(description="The first slot that was compared at; null is none.")
    last_slot: Int53 | None = strawberry.field(description="The last slot that was compared at; null is none.")
    checked: Int53 = strawberry.field(description="Vaults that were compared.")
    moving: Int53 = strawberry.field(description="Vaults that could not be: they moved each time that they were read.")
    unbacked: Int53 = strawberry.field(description="Vaults whose tokens were not all there.")
    came_to_end: bool = strawberry.field(description="Whether the next one begins with the first vault again.")
    sums: list[ReconciliationSum] = reading(
        "By token.", Many("reconciliation_sum", "{t}.mint", most=100, on="{t}.reconciliation = {parent.id:bigint}")
    )


@strawberry.type(description="A vault whose tokens were not all there when it was last looked at.")
class UnbackedVault:
    """A row of the fragment `unbacked_vault`."""

    vault_address: strawberry.ID = strawberry.field(description="The vault.")
    mint: strawberry.ID = strawberry.field(description="The token.")
    token_account: strawberry.ID = strawberry.field(description="The account that should hold them.")
    total_balance: U64 = strawberry.field(description="What the vault held.")
    tokens: U64 | None = strawberry.field(
        description="What the account held; null where it is not there, or is not the vault's."
    )
    missing: U64 = strawberry.field(description="What lacked.")
    slot: Int53 = strawberry.field(description="The slot at which it was last looked at.")
    since: datetime = strawberry.field(description="Since when it is known, by the chain's clock.")
    vault: Vault | None = reading("The vault.", One("vault", on="{t}.address = {parent.vault_address}"))
