"""How far what is shown agrees with the chain."""

from datetime import datetime
from enum import Enum

import strawberry

from windlass_graphql.reader import Reader
from windlass_graphql.scalars import Int53


@strawberry.enum(description="How settled on the chain the newest change is.")
class Commitment(Enum):
    """A slot's commitment as the indexer last saw it."""

    CONFIRMED = strawberry.enum_value("confirmed", description="Voted on by a supermajority; a fork can still undo it.")
    FINALIZED = strawberry.enum_value("finalized", description="At or before the finalized slot: it stays.")

    @classmethod
    def of(cls, is_final: bool) -> "Commitment":
        """From a row's `is_final`."""
        return cls.FINALIZED if is_final else cls.CONFIRMED


@strawberry.type(
    description="The event stream that this is made from, and how far its digest was found equal to the one that the "
    "account on chain holds: nothing lost, doubled, forged or out of order up to there."
)
class Verification:
    """A stream's row, judged for one aggregate."""

    stream: strawberry.ID = strawberry.field(description="The account whose events these are.")
    seq: Int53 = strawberry.field(description="The newest event read; the first is 1, 0 is none.")
    verified_seq: Int53 = strawberry.field(description="The newest event up to which the digests agreed; 0 is never.")
    verified_slot: Int53 = strawberry.field(description="The slot at which they were last found to agree.")
    verified_at: datetime | None = strawberry.field(description="When they were last found to agree; null is never.")
    disagreement: str | None = strawberry.field(description="What does not agree, in a sentence; null where nothing.")
    is_verified: bool = strawberry.field(description="Whether every event that made this is within verifiedSeq.")

    @classmethod
    async def read(cls, reader: Reader, stream: str, made_by: int | None = None) -> "Verification":
        """`made_by` is the newest event that changed the aggregate; absent, the whole stream's newest counts."""
        row = await reader.stream(stream)
        if row is None:
            return cls(
                stream=strawberry.ID(stream),
                seq=Int53(0),
                verified_seq=Int53(0),
                verified_slot=Int53(0),
                verified_at=None,
                disagreement=None,
                is_verified=False,
            )
        needed = row["seq"] if made_by is None else made_by
        return cls(
            stream=strawberry.ID(stream),
            seq=row["seq"],
            verified_seq=row["verified_seq"],
            verified_slot=row["verified_slot"],
            verified_at=row["verified_at"],
            disagreement=row["disagreement"],
            is_verified=row["disagreement"] is None and row["verified_seq"] >= needed,
        )
