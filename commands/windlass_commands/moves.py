"""Moving a program's accounts between the layouts of a voted plan: many of them, interrupted at any time, and again.

Nothing is kept here of what has been done: an account's own bytes say which layout it is in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from windlass_commands.account_bar import account_bar
from windlass_commands.accounts import Migration
from windlass_commands.amounts import counted, sol
from windlass_commands.errors import MigrationIncomplete, Refused, TransactionRefused
from windlass_commands.explain import explained
from windlass_commands.explanation import Subject
from windlass_commands.instructions.move_accounts import migrate_account, revert_account
from windlass_commands.layouts import Placed, Side, listed, named
from windlass_commands.session import Session
from windlass_commands.sweep import MAX_CALLS, Sweep

# An AccountVersion's size; SMART_CONTRACT.md lists its bytes.
RECEIPT_BYTES = 185
# Calls that Windlass makes for each account: the governed program and the event; to make it rent-exempt; its receipt.
MOVING, TOPPING_UP, RECEIPT = 2, 1, 3


@dataclass(frozen=True)
class Direction:
    """One of the two ways that accounts are moved."""

    verb: str
    done: str
    leaves: Side
    instruction: Callable[..., Instruction]


FORTH = Direction("migrate", "migrated", Side.OLD, migrate_account)
BACK = Direction("revert", "reverted", Side.NEW, revert_account)


@dataclass(frozen=True)
class Wanted:
    """What a call is to move: these accounts or all that are found, at most `limit`; `window` transactions at once."""

    accounts: Sequence[Pubkey]
    limit: int | None
    window: int


async def move(session: Session, address: Pubkey, way: Direction, wanted: Wanted) -> None:
    """Tell what will be moved and what it costs, and move it. Raises Refused, MigrationIncomplete."""
    migration = await session.accounts.migration(address)
    found = await chosen(session, migration, way, wanted)
    sweep = sweep_of(session, migration, way, found, wanted.window)
    growth = await rent_lacking(session, way, found.values())
    receipts = await rent_of_receipts(session, migration, way, len(found))
    output = session.output
    what = f"{counted(len(found), 'account')} of program {migration.tracker.program}"
    whose = "that are named" if wanted.accounts else "that the node lists"
    output.say(f"{way.verb.capitalize()}s {what} {whose} in the {way.leaves.value} layout.")
    output.say(f"Costs {sol(growth)} of rent for what they grow by, at most {sol(receipts)} for receipts, and fees.")
    result = {
        "command": way.verb,
        "migration": str(migration.address),
        "found": len(found),
        "rent": growth,
        "rent_of_receipts": receipts,
    }
    balance = await session.rpc.balance(session.payer.address)
    if balance < growth:
        raise Refused(
            f"{what} lack {sol(growth)} of rent, and the fee payer {session.payer.address} holds {sol(balance)}; "
            "transfer SOL to it, name another with --fee-payer, or take fewer with --limit."
        )
    subject = Subject(
        proposal=migration.tracker.proposal,
        multisig=migration.tracker.multisig,
        program=migration.tracker.program,
        payer=session.payer.address,
    )
    try:
        with account_bar(output.progress_console, len(found)) as sweep.progress:
            await sweep.run(list(found))
    except TransactionRefused as refusal:
        raise await explained(refusal, session.accounts, subject) from None
    await tell(session, migration, way, sweep, result)


async def chosen(session: Session, migration: Migration, way: Direction, wanted: Wanted) -> Mapping[Pubkey, Placed]:
    """The accounts to move, each with its layout. Raises Refused where one that was named is in no layout."""
    tracker = migration.tracker
    if wanted.accounts:
        found, unknown = await named(session.rpc, wanted.accounts, tracker.plan, way.leaves)
        if unknown:
            raise Refused(
                f"The account at {unknown[0]} is in no layout of migration {migration.address}, neither by size nor by "
                f"discriminator; `windlass show {migration.address}` lists them."
            )
    else:
        found = await listed(session.rpc, tracker.program, tracker.plan, way.leaves)
    return dict(list(found.items())[: wanted.limit])


def sweep_of(
    session: Session, migration: Migration, way: Direction, found: Mapping[Pubkey, Placed], window: int
) -> Sweep[Pubkey]:
    """What sends the accounts, as many in a transaction as its size and its calls allow."""
    tracker, payer = migration.tracker, session.payer
    receipts = RECEIPT if tracker.plan.receipts and way is FORTH else 0
    grows = any(way.leaves.other.size(each.layout) > way.leaves.size(each.layout) for each in found.values())
    calls = MOVING + (TOPPING_UP if grows else 0) + receipts

    def build(accounts: Sequence[Pubkey]) -> list[Instruction]:
        return [
            way.instruction(
                session.program_id,
                tracker.multisig,
                tracker.program,
                migration.address,
                payer.address,
                accounts,
                tracker.plan.receipts,
            )
        ]

    return Sweep(
        session.rpc, payer, build, MAX_CALLS // calls, window, session.settings.priority_fee, session.settings.dry_run
    )


async def rent_lacking(session: Session, way: Direction, accounts: Iterable[Placed]) -> int:
    """Lamports that the accounts lack to be rent-exempt in their next layout."""
    sizes = Counter((way.leaves.other.size(account.layout), account.lamports) for account in accounts)
    rents = {size: await session.rpc.rent(size) for size in {size for size, _ in sizes}}
    return sum(count * max(0, rents[size] - lamports) for (size, lamports), count in sizes.items())


async def rent_of_receipts(session: Session, migration: Migration, way: Direction, count: int) -> int:
    """Lamports that new receipts of `count` accounts lock; 0 where there are none."""
    with_receipts = way is FORTH and migration.tracker.plan.receipts
    return count * await session.rpc.rent(RECEIPT_BYTES) if with_receipts else 0


async def tell(
    session: Session, migration: Migration, way: Direction, sweep: Sweep[Pubkey], result: dict[str, Any]
) -> None:
    """What was done, or would be, and what is left. Raises MigrationIncomplete where some were refused."""
    tracker = migration.tracker
    left = len(await listed(session.rpc, tracker.program, tracker.plan, way.leaves))
    output = session.output
    done = f"would be {way.done}" if sweep.rehearsal else way.done
    output.field(done, f"{sweep.done:,} in {counted(sweep.transactions, 'transaction')}")
    if sweep.rehearsal:
        output.say("Nothing was sent.")
    elif sweep.seconds and sweep.done:
        output.field("rate", f"{sweep.done / sweep.seconds:,.1f} accounts/s")
    output.field("left", f"{left:,} in the {way.leaves.value} layout, as the node lists them")
    result = {
        **result,
        **({"dry_run": True} if sweep.rehearsal else {}),
        way.done: sweep.done,
        "left": left,
        "transactions": sweep.transactions,
        "seconds": round(sweep.seconds, 3),
    }
    if sweep.refused:
        for account, refusal in sweep.refused:
            output.field("refused", f"{account}: {refusal}", "red")
        account, refusal = sweep.refused[0]
        reasons = [
            {"account": str(account), "kind": refusal.kind, "message": str(refusal)}
            for account, refusal in sweep.refused
        ]
        raise MigrationIncomplete(
            f"{counted(len(sweep.refused), 'account')} could not be {way.done}, {account} among them: {refusal} "
            f"{counted(sweep.done, 'other')} could.",
            {**result, "refused": reasons},
        )
    output.result({**result, "refused": []})
