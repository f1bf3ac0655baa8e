"""How far the read model has followed the chain."""

from datetime import datetime

import strawberry

from windlass_graphql.reads import Inline, Many, reading
from windlass_graphql.scalars import Int53


@strawberry.type(description="A program that the indexer follows.")
class FollowedProgram:
    """A row of the fragment `followed_program`."""

    program: strawberry.ID = strawberry.field(description="The program's id.")
    slot: Int53 = strawberry.field(description="Everything of the program at or before this slot was read.")
    signature: str | None = strawberry.field(description="The newest transaction read; null is none yet.")
    confirmed_slot: Int53 = strawberry.field(description="The chain's newest confirmed slot, as last heard.")
    finalized_slot: Int53 = strawberry.field(description="The chain's newest finalized slot, as last heard.")
    lag_slots: Int53 = strawberry.field(description="Confirmed slots that are still to be read.")
    chain_time: datetime | None = strawberry.field(description="The chain's clock at confirmedSlot; null is not yet.")
    updated_at: datetime = strawberry.field(description="When the indexer last wrote this, by the database's clock.")


@strawberry.type(description="How many event streams agree with the chain.")
class StreamCounts:
    """Columns of the fragment `status`."""

    total: Int53 = strawberry.field(description="Streams known.")
    verified: Int53 = strawberry.field(description="Those whose newest event is within what agreed with the chain.")
    disagreeing: Int53 = strawberry.field(description="Those known to disagree with the chain.")


@strawberry.type(description="Events that the IDL which is followed by does not know. They are kept with their bytes.")
class UnknownEvents:
    """A row of the fragment `unknown_events`."""

    program: strawberry.ID = strawberry.field(description="The program that emitted them.")
    discriminator: str = strawberry.field(description="Their first 8 bytes, in hexadecimal: which event it is.")
    count: Int53 = strawberry.field(description="How many there are.")
    last_slot: Int53 = strawberry.field(description="The slot of the newest.")


@strawberry.type(description="How far the read model has followed the chain, and how far that was proven.")
class IndexerStatus:
    """The row of the fragment `status`."""

    chain_time: datetime | None = strawberry.field(description="The newest chain time heard; null is none yet.")
    slot: Int53 | None = strawberry.field(description="Up to where every followed program was read; null is none.")
    lag_slots: Int53 | None = strawberry.field(description="The largest lag of a followed program, in slots.")
    verified_up_to_slot: Int53 = strawberry.field(
        description="Every event at or before this slot is covered by a digest that agreed with the chain's."
    )
    programs: list[FollowedProgram] = reading("Each followed program.", Many("followed_program", "{t}.program"))
    streams: StreamCounts = reading("The event streams.", Inline())
    unknown_events: list[UnknownEvents] = reading(
        "What was read and is known to no table, most first: what is shown may lack what it tells.",
        Many("unknown_events", "{t}.count DESC, {t}.program, {t}.discriminator", most=100),
    )
