"""set_admin: another admin of the programs that may move collateral."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import vault_authority_address

from windlass_commands.instructions.anchor_program import anchor_program


def set_admin(program_id: Pubkey, admin: Pubkey, new_admin: Pubkey) -> Instruction:
    """Both sign."""
    return anchor_program("collateral_vault_v2").instruction(
        program_id,
        "set_admin",
        {},
        {"authority": vault_authority_address(program_id), "admin": admin, "new_admin": new_admin},
    )
