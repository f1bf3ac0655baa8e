"""What moving accounts costs: rent for what they grow by, receipts, fees; and how many fit into a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from windlass_programs.windlass import MigrationPlan

from windlass_commands.layouts import Placed, Side
from windlass_commands.rpc import Rpc
from windlass_commands.sweep import MAX_CALLS

LAMPORTS_PER_SIGNATURE = 5_000
MICROLAMPORTS = 1_000_000
# An AccountVersion's size; SMART_CONTRACT.md lists its bytes.
RECEIPT_BYTES = 185
# Calls that Windlass makes for each account: the governed program and the event; to make it rent-exempt; its receipt.
MOVING, TOPPING_UP, RECEIPT = 2, 1, 3


@dataclass(frozen=True)
class Rent:
    """Lamports that moving accounts locks in them, and in new receipts."""

    growth: int
    receipts: int


async def rent_of(rpc: Rpc, plan: MigrationPlan, leaves: Side, found: Iterable[Placed]) -> Rent:
    """What the accounts lack to be rent-exempt in their next layout, and at most what their receipts lock."""
    growth = accounts = 0
    for placed in found:
        needed = await rpc.rent(leaves.other.size(placed.layout))
        growth += sum(many * max(0, needed - held) for held, many in placed.accounts.lamports().items())
        accounts += len(placed.accounts)
    with_receipts = plan.receipts and leaves is Side.OLD
    return Rent(growth, accounts * await rpc.rent(RECEIPT_BYTES) if with_receipts else 0)


def most_in_a_transaction(plan: MigrationPlan, leaves: Side, found: Iterable[Placed]) -> int:
    """How many accounts the calls of one transaction suffice for."""
    grows = any(len(each.accounts) and leaves.other.size(each.layout) > leaves.size(each.layout) for each in found)
    receipts = RECEIPT if plan.receipts and leaves is Side.OLD else 0
    return MAX_CALLS // (MOVING + (TOPPING_UP if grows else 0) + receipts)


def fees_of(transactions: int, units: int, price: int) -> int:
    """Lamports of fees: one signature each, and `units` compute units at `price` micro-lamports."""
    return transactions * (LAMPORTS_PER_SIGNATURE + -(-units * price // MICROLAMPORTS))
