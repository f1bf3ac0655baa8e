"""windlass migrate verify"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import click
from solders.pubkey import Pubkey
from windlass_programs.windlass import AccountVersion, MigrationState

from windlass_commands.accounts import Migration
from windlass_commands.amounts import counted
from windlass_commands.errors import MigrationIncomplete
from windlass_commands.layouts import Side, count, layout_of, listed
from windlass_commands.move_history import MoveHistory, read_history
from windlass_commands.move_options import migration_argument, rate_option
from windlass_commands.options import chain_options, examples
from windlass_commands.receipts import receipts_of
from windlass_commands.rpc import MAX_ACCOUNTS_A_CALL
from windlass_commands.session import Session, Settings, run_session

NAMED = 20


@click.command("verify", epilog=examples("windlass migrate verify PROPOSAL"))
@migration_argument
@rate_option
@chain_options
def command(settings: Settings, migration: Pubkey) -> None:
    """Check every account of a migration against what its tracker said of it.

    Reads the tracker's events from the node, recomputes their digest and compares it with the one on chain: so no
    event is missing, doubled or made up. Then reads each account: its layout is the one that it was moved to last, and
    its bytes are those whose hash the event has, or its owner has used it since. Every byte that the plan maps was
    compared on chain when the account was moved.

    PROPOSAL is the upgrade's, or its migration's tracker. Exit code 1 where anything is not as it should be.
    """
    run_session(settings, lambda session: verify(session, migration))


@dataclass
class Findings:
    """What was found of the accounts that were moved."""

    as_moved: int = 0
    used_since: int = 0
    closed: int = 0
    wrong: list[str] = field(default_factory=list)


async def verify(session: Session, address: Pubkey) -> None:
    """Check, and tell. Raises MigrationIncomplete where something is wrong."""
    migration = await session.accounts.migration(address)
    history = await read_history(session.rpc, session.program_id, migration.address)
    # Read after the events: what came between is told apart by its number.
    migration = await session.accounts.migration(migration.address)
    tracker, output = migration.tracker, session.output
    left = count(await listed(session.rpc, tracker.program, tracker.plan, Side.OLD))
    found = await compared(session, migration, history)
    problems = [
        *about_events(history, migration),
        *found.wrong,
        *await about_receipts(session, migration, history),
        *(f"{account} was moved twice the same way" for account in history.twice),
    ]
    if left and tracker.state is not MigrationState.REVERTING:
        problems.append(f"{counted(left, 'account')} left in the old layout, as the node lists them")
    output.say(f"Migration {migration.address}: {tracker.state.name.lower()}", "bold")
    output.field("events", f"{history.seq:,}, digest {history.digest.hex()[:16]}…")
    output.field("moved", f"{history.migrated:,} forth, {history.reverted:,} back")
    output.field("as moved", f"{found.as_moved:,} byte for byte")
    output.field("used since", f"{found.used_since:,} in the right layout, with other bytes than then")
    output.field("closed since", f"{found.closed:,}")
    for problem in problems[:NAMED]:
        output.field("wrong", problem, "red")
    result: dict[str, Any] = {
        "command": "migrate verify",
        "migration": str(migration.address),
        "events": history.seq,
        "digest": history.digest.hex(),
        "migrated": history.migrated,
        "reverted": history.reverted,
        "as_moved": found.as_moved,
        "used_since": found.used_since,
        "closed": found.closed,
        "left": left,
        "problems": problems[:NAMED],
    }
    if problems:
        more = f" (the first of {len(problems):,})" if len(problems) > 1 else ""
        raise MigrationIncomplete(f"The migration is not as it should be: {problems[0]}{more}.", result)
    output.say("Every account is as the tracker's proven events say.", "green")
    output.result(result)


def about_events(history: MoveHistory, migration: Migration) -> list[str]:
    """Whether these are all events of the tracker, and it counted the same."""
    tracker = migration.tracker
    if history.seq != tracker.stream.seq:
        return [
            f"the node gives {history.seq:,} of the tracker's {tracker.stream.seq:,} events; name one that keeps older "
            "transactions with --url, or wait until nobody migrates"
        ]
    if history.digest != tracker.stream.digest:
        return [f"the events' digest is {history.digest.hex()}, the tracker's {tracker.stream.digest.hex()}"]
    if (history.migrated, history.reverted) != (tracker.migrated, tracker.reverted):
        return [
            f"the events count {history.migrated:,} forth and {history.reverted:,} back, the tracker "
            f"{tracker.migrated:,} and {tracker.reverted:,}"
        ]
    return []


async def compared(session: Session, migration: Migration, history: MoveHistory) -> Findings:
    """Each account that was moved: is it in the layout that it was moved to, with the bytes of then?"""
    found, layouts, program = Findings(), migration.tracker.plan.layouts, migration.tracker.program
    addresses = list(history.after)
    for start in range(0, len(addresses), MAX_ACCOUNTS_A_CALL):
        part = addresses[start : start + MAX_ACCOUNTS_A_CALL]
        for address, account in zip(part, await session.rpc.accounts([Pubkey(a) for a in part]), strict=True):
            side = Side.NEW if address in history.in_new_layout else Side.OLD
            if account is None or account.owner != program:
                found.closed += 1
            elif layout_of(account.data, layouts, side) is None:
                found.wrong.append(f"{Pubkey(address)} is not in its {side.value} layout")
            elif sha256(account.data).digest() == history.after[address]:
                found.as_moved += 1
            else:
                found.used_since += 1
    return found


async def about_receipts(session: Session, migration: Migration, history: MoveHistory) -> list[str]:
    """Receipts that say otherwise than the events; they are gone where they were closed."""
    if not migration.tracker.plan.receipts:
        return []
    problems = []
    for receipt in await receipts_of(session.rpc, session.program_id, migration.address):
        version: AccountVersion = receipt.version
        if not version.reverted_at and history.after.get(bytes(version.account)) != version.after:
            problems.append(f"the receipt of {version.account} has another hash than its event")
    return problems
