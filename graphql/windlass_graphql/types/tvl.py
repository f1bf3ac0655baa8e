"""What all vaults of a token hold together, over time."""

from datetime import datetime
from enum import Enum

import strawberry

from windlass_graphql.reads import Argument, Many, reading
from windlass_graphql.scalars import Amount, Int53
from windlass_graphql.types.timeline import IN_TIME


@strawberry.enum(description="What time is divided into, in UTC.")
class TvlPeriod(Enum):
    """Of a series."""

    MINUTE = strawberry.enum_value("minute", description="Minutes.")
    HOUR = strawberry.enum_value("hour", description="Hours.")
    DAY = strawberry.enum_value("day", description="Days.")


@strawberry.type(description="What was held at the end of a period in which something moved, and what moved in it.")
class TvlPoint:
    """A row of the fragment `tvl_point`."""

    at: datetime = strawberry.field(description="The period's beginning, in UTC.")
    total: Amount = strawberry.field(description="All tokens in vaults.")
    locked: Amount = strawberry.field(description="What of them was locked.")
    available: Amount = strawberry.field(description="What of them could be withdrawn.")
    vaults: Int53 = strawberry.field(description="The vaults that there were.")
    deposits: Int53 = strawberry.field(description="Deposits within the period.")
    withdrawals: Int53 = strawberry.field(description="Withdrawals within the period.")
    deposited: Amount = strawberry.field(description="Tokens deposited within the period.")
    withdrawn: Amount = strawberry.field(description="Tokens withdrawn within the period.")


@strawberry.type(description="What all vaults of a token hold together. Amounts are base units of the mint.")
class Tvl:
    """A row of the fragment `tvl`."""

    mint: strawberry.ID = strawberry.field(description="The token.")
    total: Amount = strawberry.field(description="All tokens in vaults.")
    locked: Amount = strawberry.field(description="What of them backs positions.")
    available: Amount = strawberry.field(description="What of them can be withdrawn.")
    vaults: Int53 = strawberry.field(description="How many vaults hold it.")
    deposited: Amount = strawberry.field(description="Everything ever deposited.")
    withdrawn: Amount = strawberry.field(description="Everything ever withdrawn.")
    series: list[TvlPoint] = reading(
        "How it came to be, newest first: at most 500 periods in which something moved. Between two of them nothing "
        "did.",
        Many(
            "tvl_point",
            "{t}.at DESC",
            most=500,
            on="{t}.mint_address = {parent.mint}",
            arguments={
                "period": Argument(TvlPeriod, "Of minutes, hours or days.", "{t}.period = {value}::balance_period"),
                **IN_TIME,
            },
        ),
    )
