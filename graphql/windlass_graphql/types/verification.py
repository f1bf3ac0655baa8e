"""How far what is shown agrees with the chain."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from windlass_graphql.reads import One, reading
from windlass_graphql.scalars import Int53


@strawberry.enum(description="How settled on the chain the newest change is.")
class Commitment(Enum):
    """A slot's commitment as the indexer last saw it."""

    CONFIRMED = strawberry.enum_value("confirmed", description="Voted on by a supermajority; a fork can still undo it.")
    FINALIZED = strawberry.enum_value("finalized", description="At or before the finalized slot: it stays.")


@strawberry.type(
    description="The event stream that this is made from, and how far its digest was found equal to the one that the "
    "account on chain holds: nothing lost, doubled, forged or out of order up to there."
)
class Verification:
    """A row of the fragment `verification`."""

    stream: strawberry.ID = strawberry.field(description="The account whose events these are.")
    seq: Int53 = strawberry.field(description="The newest event read; the first is 1, 0 is none.")
    verified_seq: Int53 = strawberry.field(description="The newest event up to which the digests agreed; 0 is never.")
    verified_slot: Int53 = strawberry.field(description="The slot at which they were last found to agree.")
    verified_at: datetime | None = strawberry.field(description="When they were last found to agree; null is never.")
    verified_by: int = strawberry.field(
        description="How many RPC endpoints told the digest that agreed: one may lie consistently. 0 is none."
    )
    disagreement: str | None = strawberry.field(description="What does not agree, in a sentence; null where nothing.")
    is_verified: bool = strawberry.field(description="Whether every event that made this is within verifiedSeq.")


def verification(description: str, stream: str, made_by: str = "NULL") -> Any:
    """The field: of which stream, and the newest event that changed the aggregate; absent, the stream's newest."""
    return reading(description, One("verification", given={"stream": stream, "made_by": made_by}))
