"""windlass migrate plan"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import click
from solders.pubkey import Pubkey
from windlass_programs.addresses import migration_tracker_address
from windlass_programs.windlass import MigrationPlan, MigrationTracker, UpgradeProposal

from windlass_commands.accounts import Migration
from windlass_commands.amounts import counted, sol
from windlass_commands.chain_time import duration
from windlass_commands.errors import Refused, TransactionRefused
from windlass_commands.field_maps import plan_lines
from windlass_commands.layouts import Placed, Side, count, listed
from windlass_commands.move_costs import fees_of, most_in_a_transaction, rent_of
from windlass_commands.move_options import migration_argument, rate_option, window_option
from windlass_commands.moves import FORTH, each_of, sweep_of
from windlass_commands.options import estimating_options, examples
from windlass_commands.session import Session, Settings, run_session

# From sending to being confirmed: about two slots of 400 ms.
SECONDS_A_TRANSACTION = 0.8
# Each transaction is sent, and its status asked for along with those of others.
REQUESTS_A_TRANSACTION = 1.2


@click.command(
    "plan",
    epilog=examples("windlass migrate plan PROPOSAL", "windlass migrate plan PROPOSAL --window 64 --rate 100"),
)
@migration_argument
@window_option
@rate_option
@estimating_options
def command(settings: Settings, migration: Pubkey, window: int) -> None:
    """What a migration will take: accounts, their sizes, rent, fees, transactions and time. Sends nothing.

    The accounts are what the node lists, by size and discriminator: a claim, since no program can list its accounts.
    How many fit into a transaction is measured by simulating one, once the migration is started.

    PROPOSAL is an upgrade's with a migration plan, executed or not, or its migration's tracker.
    """
    run_session(replace(settings, dry_run=True), lambda session: plan(session, migration, window))


@dataclass(frozen=True)
class Batch:
    """How many accounts a transaction takes, and its compute units; measured, or by the limits of a transaction."""

    accounts: int
    units: int
    measured: bool


async def plan(session: Session, address: Pubkey, window: int) -> None:
    """Tell the estimate. Raises Refused where there is no plan."""
    program, voted, migration = await planned(session, address)
    found = await listed(session.rpc, program, voted, Side.OLD)
    accounts = count(found)
    rent = await rent_of(session.rpc, voted, Side.OLD, found)
    batch = await batch_of(session, voted, migration, found)
    transactions = ceil(accounts / batch.accounts)
    fees = fees_of(transactions, batch.units, session.settings.priority_fee)
    seconds = transactions / window * SECONDS_A_TRANSACTION
    if session.settings.rate:
        seconds = max(seconds, transactions * REQUESTS_A_TRANSACTION / session.settings.rate)
    output = session.output
    output.say(f"{counted(accounts, 'account')} of program {program} in the old layout, as the node lists them.")
    output.say("The list is the node's word; what it leaves out can be migrated later, while that version runs.", "dim")
    for line in plan_lines(voted):
        output.say(line)
    for placed in found:
        layout = placed.layout
        sizes = f"{layout.old_size:,} to {layout.new_size:,} bytes"
        output.field(layout.old_discriminator.hex(), f"{counted(len(placed.accounts), 'account')}, {sizes}")
    how = f"measured: {batch.units:,} compute units" if batch.measured else "by the limits of a transaction"
    output.field("transactions", f"{transactions:,} with {counted(batch.accounts, 'account')} each ({how})")
    output.field("rent", f"{sol(rent.growth)} for growth, {sol(rent.receipts)} for receipts, which comes back")
    output.field("fees", sol(fees))
    output.field("time", f"about {duration(ceil(seconds))} with {counted(window, 'transaction')} in flight")
    if migration is None:
        output.say("The migration is not started: nothing can be simulated yet.", "dim")
    output.result(
        {
            "command": "migrate plan",
            "program": str(program),
            "started": migration is not None,
            "accounts": accounts,
            "layouts": [
                {
                    "discriminator": placed.layout.old_discriminator.hex(),
                    "accounts": len(placed.accounts),
                    "old_size": placed.layout.old_size,
                    "new_size": placed.layout.new_size,
                }
                for placed in found
            ],
            "rent": rent.growth,
            "rent_of_receipts": rent.receipts,
            "accounts_a_transaction": batch.accounts,
            "units_a_transaction": batch.units,
            "measured": batch.measured,
            "transactions": transactions,
            "fees": fees,
            "seconds": round(seconds, 1),
            "source": "as the node lists them",
        }
    )


async def planned(session: Session, address: Pubkey) -> tuple[Pubkey, MigrationPlan, Migration | None]:
    """The program, its voted plan, and the migration where it is started. Raises Refused, AccountMissing."""
    found = await session.accounts.any(address)
    if isinstance(found, MigrationTracker):
        return found.program, found.plan, Migration(address, found)
    if not isinstance(found, UpgradeProposal) or found.plan is None:
        raise Refused(f"There is no migration plan at {address}: expected an upgrade's proposal that has one.")
    tracker = migration_tracker_address(found.multisig, found.program, found.id, session.program_id)
    started = await session.rpc.account(tracker) is not None
    return found.program, found.plan, await session.accounts.migration(address) if started else None


async def batch_of(
    session: Session, voted: MigrationPlan, migration: Migration | None, found: Sequence[Placed]
) -> Batch:
    """How many accounts fit into a transaction."""
    most = most_in_a_transaction(voted, Side.OLD, found)
    if migration is None or not count(found):
        return Batch(most, 0, measured=False)
    sweep = sweep_of(session, migration, FORTH, found, window=1)
    some = [account for _, account in zip(range(most), each_of(found), strict=False)]
    try:
        accounts, units = await sweep.measure(some)
    except TransactionRefused as refusal:
        session.output.say(f"A first batch would be refused: {refusal}", "yellow")
        return Batch(most, 0, measured=False)
    return Batch(accounts, units, measured=True)
