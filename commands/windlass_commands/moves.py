"""Moving a program's accounts between the layouts of a voted plan: many of them, interrupted at any time, and again.

Nothing is kept here of what has been done: an account's own bytes say which layout it is in. So any number of these
may run at once, and be killed at any moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from windlass_commands.account_bar import account_bar
from windlass_commands.accounts import Migration
from windlass_commands.amounts import counted, sol
from windlass_commands.errors import MigrationIncomplete, Refused, TransactionRefused
from windlass_commands.explain import explained
from windlass_commands.explanation import Subject
from windlass_commands.instructions.move_accounts import MoveCall, migrate_account, revert_account
from windlass_commands.layouts import Placed, Side, count, listed, named
from windlass_commands.move_costs import most_in_a_transaction, rent_of
from windlass_commands.session import Session
from windlass_commands.sweep import Sweep

# Accounts that are created meanwhile are found by listing again; a node that lists what is done already ends here.
MAX_PASSES = 5


@dataclass(frozen=True)
class Direction:
    """One of the two ways that accounts are moved."""

    verb: str
    done: str
    leaves: Side
    instruction: Callable[[MoveCall, Sequence[Pubkey]], Instruction]


FORTH = Direction("migrate", "migrated", Side.OLD, migrate_account)
BACK = Direction("revert", "reverted", Side.NEW, revert_account)


@dataclass(frozen=True)
class Wanted:
    """What a call is to move: these accounts or all that are found, at most `limit`; `window` transactions at once."""

    accounts: Sequence[Pubkey]
    limit: int | None
    window: int

    @property
    def everything(self) -> bool:
        """Whether that is all there is, whoever makes it meanwhile."""
        return not self.accounts and self.limit is None


async def move(session: Session, address: Pubkey, way: Direction, wanted: Wanted) -> None:
    """Tell what will be moved and what it costs, and move it. Raises Refused, MigrationIncomplete."""
    migration = await session.accounts.migration(address)
    tracker, output = migration.tracker, session.output
    found = await chosen(session, migration, way, wanted)
    total = min(count(found), wanted.limit or count(found))
    rent = await rent_of(session.rpc, tracker.plan, way.leaves, found)
    what = f"{counted(total, 'account')} of program {tracker.program}"
    whose = "that are named" if wanted.accounts else "that the node lists"
    output.say(f"{way.verb.capitalize()}s {what} {whose} in the {way.leaves.value} layout.")
    output.say(f"Costs {sol(rent.growth)} of rent for what they grow by, {sol(rent.receipts)} for receipts, and fees.")
    balance = await session.rpc.balance(session.payer.address)
    if balance < rent.growth:
        raise Refused(
            f"{what} lack {sol(rent.growth)} of rent, and the fee payer {session.payer.address} holds {sol(balance)}; "
            "transfer SOL to it, name another with --fee-payer, or take fewer with --limit."
        )
    sweep = sweep_of(session, migration, way, found, wanted.window)
    subject = Subject(
        proposal=tracker.proposal,
        multisig=tracker.multisig,
        program=tracker.program,
        payer=session.payer.address,
    )
    try:
        left = await sweep_all(session, migration, way, wanted, sweep, found)
    except TransactionRefused as refusal:
        raise await explained(refusal, session.accounts, subject) from None
    result = {
        "command": way.verb,
        "migration": str(migration.address),
        "found": total,
        "rent": rent.growth,
        "rent_of_receipts": rent.receipts,
    }
    tell(session, way, sweep, left, result)


async def chosen(session: Session, migration: Migration, way: Direction, wanted: Wanted) -> list[Placed]:
    """The accounts to move by their layouts. Raises Refused where one that was named is in none."""
    tracker = migration.tracker
    if not wanted.accounts:
        return await listed(session.rpc, tracker.program, tracker.plan, way.leaves)
    found, unknown = await named(session.rpc, wanted.accounts, tracker.plan, way.leaves)
    if unknown:
        raise Refused(
            f"The account at {unknown[0]} is in no layout of migration {migration.address}, neither by size nor by "
            f"discriminator; `windlass show {migration.address}` lists them."
        )
    return found


def sweep_of(
    session: Session, migration: Migration, way: Direction, found: Sequence[Placed], window: int
) -> Sweep[Pubkey]:
    """What sends the accounts, as many in a transaction as its size, its calls and its compute units allow."""
    tracker, payer = migration.tracker, session.payer
    call = MoveCall(
        session.program_id,
        tracker.multisig,
        tracker.program,
        migration.address,
        payer.address,
        tracker.plan.receipts,
    )

    async def closed(account: Pubkey) -> bool:
        """What its owner closed in the meantime needs no migration."""
        now = await session.rpc.account(account)
        return now is None or now.owner != tracker.program

    return Sweep(
        session.rpc,
        payer,
        lambda accounts: [way.instruction(call, accounts)],
        most_in_a_transaction(tracker.plan, way.leaves, found),
        window,
        session.settings.priority_fee,
        session.settings.dry_run,
        settled=closed,
    )


async def sweep_all(
    session: Session,
    migration: Migration,
    way: Direction,
    wanted: Wanted,
    sweep: Sweep[Pubkey],
    found: list[Placed],
) -> int:
    """Move what was found, and what came meanwhile where everything is wanted; how many are listed as left."""
    tracker = migration.tracker
    for _ in range(MAX_PASSES):
        refused = {account for account, _ in sweep.refused}
        rest = islice((account for account in each_of(found) if account not in refused), wanted.limit)
        before = sweep.done
        total = min(count(found) - len(refused), wanted.limit or count(found))
        with account_bar(session.output.progress_console, total) as bar:
            sweep.progress = lambda done, bar=bar, before=before: bar(done - before)  # type: ignore[misc]
            await sweep.run(rest)
        found = await listed(session.rpc, tracker.program, tracker.plan, way.leaves)
        if sweep.rehearsal or not wanted.everything or count(found) <= len(sweep.refused):
            break
    return count(found)


def each_of(found: Sequence[Placed]) -> Iterator[Pubkey]:
    """The accounts of all layouts."""
    for placed in found:
        yield from placed.accounts


def tell(session: Session, way: Direction, sweep: Sweep[Pubkey], left: int, result: dict[str, Any]) -> None:
    """What was done, or would be, and what is left. Raises MigrationIncomplete where some were refused."""
    output = session.output
    done = f"would be {way.done}" if sweep.rehearsal else way.done
    output.field(done, f"{sweep.done:,} in {counted(sweep.transactions, 'transaction')}")
    if sweep.rehearsal:
        output.say("Nothing was sent.")
    elif sweep.seconds and sweep.done:
        output.field("rate", f"{sweep.done / sweep.seconds:,.1f} accounts/s")
    if sweep.gone:
        output.field("closed meanwhile", f"{sweep.gone:,}")
    output.field("left", f"{left:,} in the {way.leaves.value} layout, as the node lists them")
    result = {
        **result,
        **({"dry_run": True} if sweep.rehearsal else {}),
        way.done: sweep.done,
        "closed_meanwhile": sweep.gone,
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
