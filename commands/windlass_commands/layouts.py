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
    """An account that is in a layout of the plan, and the lamports that it holds."""

    layout: AccountLayout
    lamports: int


async def listed(rpc: Rpc, program: Pubkey, plan: MigrationPlan, side: Side) -> dict[Pubkey, Placed]:
    """All accounts of `program` that the node knows to be on `side`, in the order of their addresses."""
    found = {}
    for layout in plan.layouts:
        filters = [{"dataSize": side.size(layout)}, starts_with(side.discriminator(layout))]
        accounts = await rpc.program_accounts(program, filters)
        found.update({account.address: Placed(layout, account.lamports) for account in accounts})
    return {address: found[address] for address in sorted(found, key=bytes)}


async def named(
    rpc: Rpc, addresses: Sequence[Pubkey], plan: MigrationPlan, side: Side
) -> tuple[dict[Pubkey, Placed], list[Pubkey]]:
    """Those of `addresses` that are on `side`, and those that are on neither."""
    found, unknown = {}, []
    for address, account in zip(addresses, await rpc.accounts(addresses), strict=True):
        data = account.data if account else b""
        if account and (layout := layout_of(data, plan.layouts, side)):
            found[address] = Placed(layout, account.lamports)
        elif not layout_of(data, plan.layouts, side.other):
            unknown.append(address)
    return found, unknown


def layout_of(data: bytes, layouts: Iterable[AccountLayout], side: Side) -> AccountLayout | None:
    """The layout that an account's data is in on `side`, by size and discriminator."""
    for layout in layouts:
        if len(data) == side.size(layout) and data.startswith(side.discriminator(layout)):
            return layout
    return None


def starts_with(wanted: bytes, offset: int = 0) -> Mapping[str, Any]:
    """A node's filter: the data at `offset` is `wanted`."""
    return {"memcmp": {"offset": offset, "bytes": base64.b64encode(wanted).decode(), "encoding": "base64"}}
