"""windlass close-receipts"""

from __future__ import annotations

from collections.abc import Sequence

import click
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from windlass_commands.account_bar import account_bar
from windlass_commands.amounts import counted
from windlass_commands.errors import MigrationIncomplete, TransactionRefused
from windlass_commands.explain import explained
from windlass_commands.explanation import Subject
from windlass_commands.instructions.close_account_version import close_account_version
from windlass_commands.move_options import sending_options
from windlass_commands.options import examples
from windlass_commands.receipts import Receipt, receipts_of
from windlass_commands.session import Session, Settings, run_session
from windlass_commands.sweep import MAX_CALLS, Sweep

# An instruction of its own for each receipt, and its event.
CALLS = 2


@click.command("close-receipts", epilog=examples("windlass close-receipts PROPOSAL"))
@sending_options
def command(settings: Settings, migration: Pubkey, window: int) -> None:
    """Close the receipts of a migration that is finalized or runs no more. Anyone may.

    Each receipt's rent goes back to whoever paid for it. After an interruption, run the same command again. PROPOSAL is
    the upgrade's, or its migration's tracker.
    """
    run_session(settings, lambda session: close(session, migration, window))


async def close(session: Session, address: Pubkey, window: int) -> None:
    """Find the receipts that are left, and close them. Raises MigrationIncomplete where some were refused."""
    migration = await session.accounts.migration(address)
    tracker, output = migration.tracker, session.output
    found = await receipts_of(session.rpc, session.program_id, migration.address)

    def build(some: Sequence[Receipt]) -> list[Instruction]:
        return [
            close_account_version(
                session.program_id,
                tracker.multisig,
                tracker.program,
                migration.address,
                receipt.address,
                receipt.version.payer,
            )
            for receipt in some
        ]

    price = session.settings.priority_fee
    sweep = Sweep(session.rpc, session.payer, build, MAX_CALLS // CALLS, window, price, session.settings.dry_run)
    output.say(f"Closes {counted(len(found), 'receipt')}; the rent goes back to whoever paid for each.")
    result = {"command": "close-receipts", "migration": str(migration.address), "found": len(found)}
    subject = Subject(proposal=tracker.proposal, multisig=tracker.multisig, program=tracker.program)
    try:
        with account_bar(output.progress_console, len(found)) as sweep.progress:
            await sweep.run(found)
    except TransactionRefused as refusal:
        raise await explained(refusal, session.accounts, subject) from None
    result |= {"closed": sweep.done, "transactions": sweep.transactions}
    if sweep.rehearsal:
        result["dry_run"] = True
    output.field(
        "would be closed" if sweep.rehearsal else "closed",
        f"{sweep.done:,} in {counted(sweep.transactions, 'transaction')}",
    )
    if sweep.refused:
        receipt, first_refusal = sweep.refused[0]
        raise MigrationIncomplete(
            f"{counted(len(sweep.refused), 'receipt')} could not be closed, {receipt.address} among them: "
            f"{first_refusal}",
            result,
        )
    output.result(result)
