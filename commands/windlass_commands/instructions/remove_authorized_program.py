"""remove_authorized_program: lets a program move collateral no more."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import vault_authority_address

from windlass_commands.instructions.anchor_program import anchor_program


def remove_authorized_program(program_id: Pubkey, admin: Pubkey, program: Pubkey) -> Instruction:
    """What `program` has locked stays locked, for another to unlock."""
    return anchor_program("collateral_vault_v2").instruction(
        program_id,
        "remove_authorized_program",
        {},
        {"authority": vault_authority_address(program_id), "admin": admin, "authorized_program": program},
    )
