"""initialize_authority: names the first admin of the programs that may move collateral."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import SYSTEM_PROGRAM, program_data_address, vault_authority_address

from windlass_commands.instructions.anchor_program import anchor_program


def initialize_authority(program_id: Pubkey, upgrade_authority: Pubkey, payer: Pubkey, admin: Pubkey) -> Instruction:
    """`upgrade_authority` is the vault program's, and signs: before the program is handed over."""
    return anchor_program("collateral_vault_v2").instruction(
        program_id,
        "initialize_authority",
        {"admin": admin},
        {
            "authority": vault_authority_address(program_id),
            "vault_program": program_id,
            "program_data": program_data_address(program_id),
            "upgrade_authority": upgrade_authority,
            "payer": payer,
            "system_program": SYSTEM_PROGRAM,
        },
    )
