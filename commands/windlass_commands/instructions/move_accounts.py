"""migrate_account and revert_account: the same accounts, moved in opposite directions, several in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import (
    SYSTEM_PROGRAM,
    account_version_address,
    migration_authority_address,
    program_state_address,
)

from windlass_commands.instructions.anchor_program import anchor_program


@dataclass(frozen=True)
class MoveCall:
    """Whose accounts are moved by which migration. `payer` pays for what they grow, and for receipts where the plan
    has them.
    """

    program_id: Pubkey
    multisig: Pubkey
    program: Pubkey
    tracker: Pubkey
    payer: Pubkey
    receipts: bool


def migrate_account(call: MoveCall, moved: Sequence[Pubkey]) -> Instruction:
    """Brings `moved` into the new layout."""
    return _move("migrate_account", call, moved)


def revert_account(call: MoveCall, moved: Sequence[Pubkey]) -> Instruction:
    """Brings `moved` back into the old layout."""
    return _move("revert_account", call, moved)


def _move(name: str, call: MoveCall, moved: Sequence[Pubkey]) -> Instruction:
    bare = _without_accounts(name, call)
    behind: list[Pubkey] = []
    for account in moved:
        behind.append(account)
        if call.receipts:
            behind.append(account_version_address(call.tracker, account, call.program_id))
    metas = [AccountMeta(address, is_signer=False, is_writable=True) for address in behind]
    return Instruction(bare.program_id, bare.data, [*bare.accounts, *metas])


@lru_cache
def _without_accounts(name: str, call: MoveCall) -> Instruction:
    """The same for every batch, and its addresses take long to derive."""
    return anchor_program("windlass").instruction(
        call.program_id,
        name,
        {},
        {
            "multisig": call.multisig,
            "program_state": program_state_address(call.multisig, call.program, call.program_id),
            "tracker": call.tracker,
            "governed_program": call.program,
            "migration_authority": migration_authority_address(call.multisig, call.program, call.program_id),
            "payer": call.payer,
            "system_program": SYSTEM_PROGRAM,
        },
    )
