"""add_authorized_program: lets a program move collateral."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import vault_authority_address

from windlass_commands.instructions.anchor_program import anchor_program


def add_authorized_program(program_id: Pubkey, admin: Pubkey, program: Pubkey) -> Instruction:
    """`program` is a deployed one; it signs by its own address "collateral"."""
    return anchor_program("collateral_vault_v2").instruction(
        program_id,
        "add_authorized_program",
        {},
        {"authority": vault_authority_address(program_id), "admin": admin, "authorized_program": program},
    )
