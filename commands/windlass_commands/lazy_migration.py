"""An account that is needed now and was not migrated yet: it is migrated in the same transaction, before it is used."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.windlass import MigrationState, ProgramUpgradeState

from windlass_commands.accounts import Accounts, Migration
from windlass_commands.instructions.move_accounts import MoveCall, migrate_account
from windlass_commands.layouts import Side, layout_of, starts_with

# ProgramUpgradeState: discriminator, two bumps, the multisig; docs/SMART_CONTRACT.md has its bytes.
PROGRAM_OFFSET = 8 + 2 + 32


async def migrate_first(accounts: Accounts, program: Pubkey, account: Pubkey, payer: Pubkey) -> list[Instruction]:
    """What to put before an instruction of `program` that uses `account`: `migrate_account`, or nothing.

    Nothing where the account is in no old layout of a migration that is open, or where accounts are being reverted.
    `payer` signs, and pays for what the account grows by.
    """
    found = await accounts.rpc.account(account)
    if found is None or found.owner != program:
        return []
    migration = await open_migration(accounts, program)
    if migration is None or migration.tracker.state is MigrationState.REVERTING:
        return []
    tracker = migration.tracker
    if layout_of(found.data, tracker.plan.layouts, Side.OLD) is None:
        return []
    receipts = tracker.plan.receipts
    call = MoveCall(accounts.program_id, tracker.multisig, program, migration.address, payer, receipts)
    return [migrate_account(call, [account])]


async def open_migration(accounts: Accounts, program: Pubkey) -> Migration | None:
    """The migration of the version of `program` that runs, as the node lists the states of programs; None: there is
    none. A finalized one is open too, for as long as that version runs."""
    filters = [starts_with(ProgramUpgradeState.DISCRIMINATOR), starts_with(bytes(program), PROGRAM_OFFSET)]
    for listed in await accounts.rpc.program_accounts(accounts.program_id, filters, None):
        state = ProgramUpgradeState.decode(listed.data)
        if not state.released and state.migration is not None:
            migration = await accounts.migration(state.migration)
            return migration if migration.tracker.version == state.version else None
    return None
