"""A user's collateral vault, the governed example's own history."""

from datetime import datetime
from enum import Enum

import strawberry

from windlass_graphql.connections import Connection
from windlass_graphql.reads import Argument, Listing, reading
from windlass_graphql.scalars import U64, Int53
from windlass_graphql.types.timeline import IN_TIME
from windlass_graphql.types.verification import Commitment, Verification, verification


@strawberry.enum(description="What happened to a vault's tokens.")
class VaultTransactionKind(Enum):
    """As the program's events."""

    DEPOSIT = strawberry.enum_value("deposit", description="The owner put tokens in.")
    WITHDRAW = strawberry.enum_value("withdraw", description="The owner took tokens out.")
    LOCK = strawberry.enum_value("lock", description="An authorized program locked available tokens.")
    UNLOCK = strawberry.enum_value("unlock", description="An authorized program made locked tokens available.")
    SEND = strawberry.enum_value("send", description="An authorized program gave locked tokens to another vault.")
    RECEIVE = strawberry.enum_value("receive", description="An authorized program gave another vault's tokens to it.")


@strawberry.type(description="Something that happened to a vault's tokens.")
class VaultTransaction:
    """A row of the fragment `vault_transaction`."""

    seq: Int53 = strawberry.field(description="Its event's place in the vault's stream.")
    kind: VaultTransactionKind = strawberry.field(description="What happened.")
    amount: U64 = strawberry.field(description="Tokens moved, in base units of the mint.")
    total_balance: U64 = strawberry.field(description="The vault's tokens after it, in base units of the mint.")
    locked_balance: U64 = strawberry.field(description="What of them is locked after it.")
    program: strawberry.ID | None = strawberry.field(
        description="The authorized program that asked for it; null where the owner did."
    )
    counterpart: strawberry.ID | None = strawberry.field(description="The other vault of a transfer; null is none.")
    at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="Its slot.")
    signature: str = strawberry.field(description="The transaction, in base58.")
    commitment: Commitment = strawberry.field(description="How settled it is.")


@strawberry.enum(description="What time is divided into, in UTC.")
class SnapshotPeriod(Enum):
    """Of a vault's snapshots."""

    HOUR = strawberry.enum_value("hour", description="Hours.")
    DAY = strawberry.enum_value("day", description="Days.")


@strawberry.type(description="What a vault held at the end of a period, as the period's last event tells.")
class BalanceSnapshot:
    """A row of the fragment `balance_snapshot`."""

    at: datetime = strawberry.field(description="The period's beginning, in UTC.")
    total_balance: U64 = strawberry.field(description="All of its tokens.")
    locked_balance: U64 = strawberry.field(description="What of them was locked.")
    available_balance: U64 = strawberry.field(description="What of them could be withdrawn.")
    seq: Int53 = strawberry.field(description="The place of the period's last event in the vault's stream.")
    slot: Int53 = strawberry.field(description="Its slot.")
    signature: str = strawberry.field(description="Its transaction, in base58.")
    commitment: Commitment = strawberry.field(description="How settled it is.")


@strawberry.type(description="One owner's collateral. Amounts are base units of the mint.")
class Vault:
    """A row of the fragment `vault`."""

    address: strawberry.ID = strawberry.field(description="The CollateralVault account's address.")
    owner: strawberry.ID = strawberry.field(description="Who alone may deposit and withdraw.")
    mint: strawberry.ID = strawberry.field(description="The token that it holds.")
    token_account: strawberry.ID = strawberry.field(description="The account that holds its tokens.")
    total_balance: U64 = strawberry.field(description="All of its tokens: locked and available.")
    locked_balance: U64 = strawberry.field(description="Tokens that back positions.")
    available_balance: U64 = strawberry.field(description="Tokens that can be withdrawn.")
    total_deposited: U64 = strawberry.field(description="Everything ever deposited.")
    total_withdrawn: U64 = strawberry.field(description="Everything ever withdrawn.")
    created_at: datetime = strawberry.field(description="When it was initialized, by the chain's clock.")
    created_slot: Int53 = strawberry.field(description="The slot of its initialization.")
    updated_at: datetime = strawberry.field(description="The time of its newest event, by the chain's clock.")
    updated_slot: Int53 = strawberry.field(description="The slot of its newest event.")

    transactions: Connection[VaultTransaction] = reading(
        "All that ever moved its tokens, newest first. Filters add up.",
        Listing(
            "transactions",
            "vault_transaction",
            "seq",
            "vault_address",
            on="{t}.vault_address = {parent.address}",
            arguments={
                "kind": Argument(
                    list[VaultTransactionKind] | None,
                    "Only of one of these kinds.",
                    "{t}.kind = ANY ({value})",
                    "text[]",
                ),
                **IN_TIME,
            },
        ),
    )
    snapshots: Connection[BalanceSnapshot] = reading(
        "What it held at the end of each hour or day in which something moved, newest first; what it held then it held "
        "until the next one.",
        Listing(
            "snapshots",
            "balance_snapshot",
            "seq",
            "vault_address",
            on="{t}.vault_address = {parent.address}",
            arguments={
                "period": Argument(SnapshotPeriod, "Of hours, or of days.", "{t}.period = {value}::balance_period"),
                **IN_TIME,
            },
        ),
    )
    commitment: Commitment = strawberry.field(description="How settled its newest event is.")
    verification: Verification = verification("How far its event stream agrees with the chain.", "{parent.address}")
