"""propose_upgrade: proposes the code in a buffer and takes the buffer under the upgrade authority PDA."""

from __future__ import annotations

from typing import Any

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import (
    LOADER_V3,
    SLOT_HASHES_SYSVAR,
    SYSTEM_PROGRAM,
    program_state_address,
    proposal_address,
    upgrade_authority_address,
)
from windlass_programs.windlass import MigrationPlan

from windlass_commands.instructions.anchor_program import anchor_program


def plan_arguments(plan: MigrationPlan) -> dict[str, Any]:
    """As the IDL's `MigrationPlan`."""
    return {
        "layouts": [
            {
                "old_discriminator": layout.old_discriminator,
                "new_discriminator": layout.new_discriminator,
                "old_size": layout.old_size,
                "new_size": layout.new_size,
                "mapped": [{"from": each.from_, "to": each.to, "len": each.len} for each in layout.mapped],
                "dropped": [{"from": each.from_, "len": each.len} for each in layout.dropped],
            }
            for layout in plan.layouts
        ],
        "may_strand": plan.may_strand,
        "receipts": plan.receipts,
    }


def propose_upgrade(
    program_id: Pubkey,
    multisig: Pubkey,
    program: Pubkey,
    id: int,
    buffer: Pubkey,
    proposer: Pubkey,
    payer: Pubkey,
    code_digest: bytes,
    *,
    no_rollback: bool,
    plan: MigrationPlan | None = None,
) -> Instruction:
    """`id` is the multisig's proposal count plus one; `code_digest` is of the buffer's program bytes.

    `plan` is how accounts are migrated.
    """
    return anchor_program("windlass").instruction(
        program_id,
        "propose_upgrade",
        {"code_digest": code_digest, "no_rollback": no_rollback, "plan": plan and plan_arguments(plan)},
        {
            "multisig": multisig,
            "program_state": program_state_address(multisig, program, program_id),
            "proposal": proposal_address(multisig, id, program_id),
            "buffer": buffer,
            "upgrade_authority": upgrade_authority_address(multisig, program, program_id),
            "proposer": proposer,
            "payer": payer,
            "slot_hashes": SLOT_HASHES_SYSVAR,
            "loader": LOADER_V3,
            "system_program": SYSTEM_PROGRAM,
        },
    )
