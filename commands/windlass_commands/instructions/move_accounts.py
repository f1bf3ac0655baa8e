"""migrate_account and revert_account: the same accounts, moved in opposite directions, several in one call."""

from __future__ import annotations

from collections.abc import Sequence

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import (
    SYSTEM_PROGRAM,
    account_version_address,
    migration_authority_address,
    program_state_address,
)

from windlass_commands.instructions.anchor_program import anchor_program


def migrate_account(
    program_id: Pubkey,
    multisig: Pubkey,
    program: Pubkey,
    tracker: Pubkey,
    payer: Pubkey,
    moved: Sequence[Pubkey],
    receipts: bool,
) -> Instruction:
    """Brings `moved` into the new layout; `payer` pays for what they grow, and for receipts where the plan has them."""
    return _move("migrate_account", program_id, multisig, program, tracker, payer, moved, receipts)


def revert_account(
    program_id: Pubkey,
    multisig: Pubkey,
    program: Pubkey,
    tracker: Pubkey,
    payer: Pubkey,
    moved: Sequence[Pubkey],
    receipts: bool,
) -> Instruction:
    """Brings `moved` back into the old layout."""
    return _move("revert_account", program_id, multisig, program, tracker, payer, moved, receipts)


def _move(
    name: str,
    program_id: Pubkey,
    multisig: Pubkey,
    program: Pubkey,
    tracker: Pubkey,
    payer: Pubkey,
    moved: Sequence[Pubkey],
    receipts: bool,
) -> Instruction:
    call = anchor_program("windlass").instruction(
        program_id,
        name,
        {},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "tracker": tracker,
            "governed_program": program,
            "migration_authority": migration_authority_address(multisig, program, program_id),
            "payer": payer,
            "system_program": SYSTEM_PROGRAM,
        },
    )
    behind: list[Pubkey] = []
    for account in moved:
        behind.append(account)
        if receipts:
            behind.append(account_version_address(tracker, account, program_id))
    metas = [AccountMeta(address, is_signer=False, is_writable=True) for address in behind]
    return Instruction(call.program_id, call.data, [*call.accounts, *metas])
