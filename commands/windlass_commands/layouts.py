"""Which accounts of a program are in which layout of a migration plan, as a node lists them.

A program cannot enumerate its accounts: the list is the node's word. Whatever it leaves out can be migrated later, for
as long as that version runs.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from solders.pubkey import Pubkey
from windlass_programs.windlass import AccountLayout, MigrationPlan

from windlass_commands.packed_accounts import PackedAccounts
from windlass_commands.rpc import Rpc


class Side(Enum):
    """One side of a layout: an account before it is migrated, or after."""

    OLD = "old"
    NEW = "new"

    @property
    def other(self) -> Side:
        """The side that accounts of this one are moved to."""
        return Side.NEW if self is Side.OLD else Side.OLD

    def size(self, layout: AccountLayout) -> int:
        """Bytes of an account's data, the discriminator included."""
        return layout.old_size if self is Side.OLD else layout.new_size

    def discriminator(self, layout: AccountLayout) -> bytes:
        """The first 8 bytes of an account's data."""
        return layout.old_discriminator if self is Side.OLD else layout.new_discriminator


@dataclass(frozen=True)
class Placed:
    """Accounts that are in one layout of the plan."""

    layout: AccountLayout
    accounts: PackedAccounts


async def listed(rpc: Rpc, program: Pubkey, plan: MigrationPlan, side: Side) -> list[Placed]:
    """All accounts of `program` that the node knows to be on `side`, for each layout of the plan."""
    found = []
    for layout in plan.layouts:
        filters = [{"dataSize": side.size(layout)}, starts_with(side.discriminator(layout))]
        found.append(Placed(layout, await rpc.packed_accounts(program, filters)))
    return found


def count(found: Iterable[Placed]) -> int:
    """How many accounts that are."""
    return sum(len(placed.accounts) for placed in found)


async def named(
    rpc: Rpc, addresses: Sequence[Pubkey], plan: MigrationPlan, side: Side
) -> tuple[list[Placed], list[Pubkey]]:
    """Those of `addresses` that are on `side`, and those that are on neither."""
    found, unknown = [Placed(layout, PackedAccounts()) for layout in plan.layouts], []
    for address, account in zip(addresses, await rpc.accounts(addresses), strict=True):
        data = account.data if account else b""
        place = layout_of(data, plan.layouts, side)
        if account and place is not None:
            found[place].accounts.add(bytes(address), account.lamports)
        elif layout_of(data, plan.layouts, side.other) is None:
            unknown.append(address)
    return found, unknown


def layout_of(data: bytes, layouts: Iterable[AccountLayout], side: Side) -> int | None:
    """The place in the plan of the layout that an account's data is in on `side`, by size and discriminator."""
    for place, layout in enumerate(layouts):
        if len(data) == side.size(layout) and data.startswith(side.discriminator(layout)):
            return place
    return None


def starts_with(wanted: bytes, offset: int = 0) -> Mapping[str, Any]:
    """A node's filter: the data at `offset` is `wanted`."""
    return {"memcmp": {"offset": offset, "bytes": base64.b64encode(wanted).decode(), "encoding": "base64"}}
