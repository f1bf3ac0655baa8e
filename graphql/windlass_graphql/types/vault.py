"""A user's collateral vault, the governed example's own history."""

from datetime import datetime
from enum import Enum

import strawberry

from windlass_graphql.connections import After, Connection, First
from windlass_graphql.database import Row
from windlass_graphql.fields import resolver
from windlass_graphql.pages import DEFAULT_PAGE, Page, Place, page
from windlass_graphql.reader import Reader
from windlass_graphql.scalars import U64, Int53
from windlass_graphql.types.verification import Commitment, Verification

VAULTS = "vaults"
TRANSACTIONS = "transactions"


@strawberry.enum(description="What happened to a vault's tokens.")
class VaultTransactionKind(Enum):
    """As the program's events."""

    DEPOSIT = strawberry.enum_value("deposit", description="The owner put tokens in.")
    WITHDRAW = strawberry.enum_value("withdraw", description="The owner took tokens out.")


@strawberry.type(description="A deposit or withdrawal.")
class VaultTransaction:
    """A row of `transactions_of_vaults`."""

    vault_address: strawberry.Private[str]
    is_final: strawberry.Private[bool]
    seq: Int53 = strawberry.field(description="Its event's place in the vault's stream.")
    kind: VaultTransactionKind = strawberry.field(description="Which of the two.")
    amount: U64 = strawberry.field(description="Tokens moved, in base units of the mint.")
    total_balance: U64 = strawberry.field(description="The vault's tokens after it, in base units of the mint.")
    at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="Its slot.")
    signature: str = strawberry.field(description="The transaction, in base58.")

    @classmethod
    def from_row(cls, row: Row) -> "VaultTransaction":
        """From `transactions_of_vaults`."""
        return cls(**{**row, "kind": VaultTransactionKind(row["kind"])})

    @resolver("How settled it is.")
    def commitment(self) -> Commitment:
        """Of its slot."""
        return Commitment.of(self.is_final)


@strawberry.type(description="One owner's collateral. Amounts are base units of the mint.")
class Vault:
    """A row of the fragment `vault`."""

    reader: strawberry.Private[Reader]
    is_final: strawberry.Private[bool]
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

    @classmethod
    def from_row(cls, reader: Reader, row: Row) -> "Vault":
        """From the fragment `vault`."""
        return cls(reader=reader, **row)

    @resolver("Its deposits and withdrawals, newest first.")
    async def transactions(self, first: First = DEFAULT_PAGE, after: After = None) -> Connection[VaultTransaction]:
        """Its history."""
        asked = page(TRANSACTIONS, first, after)
        return Connection[VaultTransaction].of(
            TRANSACTIONS,
            asked,
            await self.reader.transactions_of(self.address, asked),
            lambda row: Place(row["seq"], row["vault_address"]),
            VaultTransaction.from_row,
        )

    @resolver("How settled its newest event is.")
    def commitment(self) -> Commitment:
        """Of updatedSlot."""
        return Commitment.of(self.is_final)

    @resolver("How far its event stream agrees with the chain.")
    async def verification(self) -> Verification:
        """Of its own stream."""
        return await Verification.read(self.reader, self.address)


def vault_connection(reader: Reader, asked: Page, rows: list[Row]) -> Connection[Vault]:
    """A page of vaults."""
    return Connection[Vault].of(
        VAULTS,
        asked,
        rows,
        lambda row: Place(row["created_slot"], row["address"]),
        lambda row: Vault.from_row(reader, row),
    )
