"""What lists can go by, an enum for each kind of thing: age always, and what people look for first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

import strawberry

from windlass_graphql.pages import NEWEST_FIRST, OLDEST_FIRST, Ordering

_NEWEST = strawberry.enum_value(NEWEST_FIRST, description="The default.")
_OLDEST = strawberry.enum_value(OLDEST_FIRST, description="What arrives is added at the end.")
_MOVES = "Whatever changes moves, so a page may show it again."


@strawberry.enum(description="The order of a list.")
class Order(Enum):
    """By age alone."""

    NEWEST_FIRST = _NEWEST
    OLDEST_FIRST = _OLDEST


@strawberry.enum(description="The order of a list of proposals.")
class ProposalOrder(Enum):
    """Beside age, what happened last."""

    NEWEST_FIRST = _NEWEST
    OLDEST_FIRST = _OLDEST
    LAST_CHANGED_FIRST = strawberry.enum_value(
        "last_changed_first", description=f"By the slot of their newest event. {_MOVES}"
    )


@strawberry.enum(description="The order of a list of programs.")
class ProgramOrder(Enum):
    """Beside age, what was upgraded last."""

    NEWEST_FIRST = _NEWEST
    OLDEST_FIRST = _OLDEST
    LAST_UPGRADED_FIRST = strawberry.enum_value(
        "last_upgraded_first", description=f"By their last upgrade; those that had none at the end. {_MOVES}"
    )


@strawberry.enum(description="The order of a list of migrations.")
class MigrationOrder(Enum):
    """Beside age, how much."""

    NEWEST_FIRST = _NEWEST
    OLDEST_FIRST = _OLDEST
    MOST_MIGRATED_FIRST = strawberry.enum_value(
        "most_migrated_first", description=f"By the accounts that went to the new layout. {_MOVES}"
    )


@strawberry.enum(description="The order of a list of vaults.")
class VaultOrder(Enum):
    """Beside age, how much they hold."""

    NEWEST_FIRST = _NEWEST
    OLDEST_FIRST = _OLDEST
    LARGEST_FIRST = strawberry.enum_value("largest_first", description=f"By their total balance. {_MOVES}")
    SMALLEST_FIRST = strawberry.enum_value("smallest_first", description=f"By their total balance. {_MOVES}")


@dataclass(frozen=True, eq=False)
class Orders:
    """An enum and what its values beside age stand for."""

    enum: type[Enum]
    others: Mapping[str, Ordering] = field(default_factory=dict)

    @property
    def argument(self) -> tuple[str, Any, str, object]:
        """Name, type, description and default."""
        return "order", self.enum, "Newest first unless told.", self.enum(NEWEST_FIRST)

    @cache  # noqa: B019 -- there are as many as declarations
    def of(self, position: str) -> Mapping[str, Ordering]:
        """All of them, for a list whose age is told by that column."""
        age = {NEWEST_FIRST: Ordering(position, False), OLDEST_FIRST: Ordering(position, True)}
        return {**age, **self.others}


BY_AGE = Orders(Order)
OF_PROPOSALS = Orders(ProposalOrder, {"last_changed_first": Ordering("updated_slot", False, "changed")})
OF_PROGRAMS = Orders(ProgramOrder, {"last_upgraded_first": Ordering("upgraded_order", False, "upgraded")})
OF_MIGRATIONS = Orders(MigrationOrder, {"most_migrated_first": Ordering("migrated", False, "migrated")})
OF_VAULTS = Orders(
    VaultOrder,
    {
        "largest_first": Ordering("total_balance", False, "balance", "numeric"),
        "smallest_first": Ordering("total_balance", True, "balance", "numeric"),
    },
)
