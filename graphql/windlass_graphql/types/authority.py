"""Who lets programs move the vaults' collateral, and which ones may."""

from datetime import datetime

import strawberry

from windlass_graphql.reads import Many, reading
from windlass_graphql.scalars import Int53
from windlass_graphql.types.verification import Commitment, Verification, verification


@strawberry.type(description="A program that may lock, unlock and transfer the collateral of every vault.")
class AuthorizedProgram:
    """A row of the fragment `authorized_program`."""

    program: strawberry.ID = strawberry.field(description="The program's id.")
    signer: strawberry.ID = strawberry.field(description="The address by which it signs.")
    authorized_at: datetime = strawberry.field(description="When, by the chain's clock.")
    slot: Int53 = strawberry.field(description="The slot in which it was authorized.")
    signature: str = strawberry.field(description="The transaction that authorized it, in base58.")
    commitment: Commitment = strawberry.field(description="How settled that is.")


@strawberry.type(description="The account that says which programs may move collateral. A vault program has one.")
class VaultAuthority:
    """A row of the fragment `vault_authority`."""

    address: strawberry.ID = strawberry.field(description="The authority account's address.")
    admin: strawberry.ID = strawberry.field(description="Who alone authorizes programs and takes that back.")
    updated_slot: Int53 = strawberry.field(description="The slot in which its admin was last set.")
    programs: list[AuthorizedProgram] = reading(
        "Those that may now; at most 16, as on chain. The audit log tells of those that might before.",
        Many("authorized_program", "{t}.authorized_at, {t}.program", on="{t}.authority_address = {parent.address}"),
    )
    commitment: Commitment = strawberry.field(description="How settled its admin is.")
    verification: Verification = verification("How far its event stream agrees with the chain.", "{parent.address}")
