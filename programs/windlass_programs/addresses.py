"""Addresses: the programs' own, Solana's, and every program derived address with its seeds named once.

The seeds are those of the programs' `seeds.rs`; a test derives each with both and compares.
"""

from functools import lru_cache

import based58
from solders.pubkey import Pubkey
from solders.sysvar import CLOCK, INSTRUCTIONS, RENT, SLOT_HASHES

WINDLASS_PROGRAM_ID = Pubkey.from_string("Wnd9DkGLs26uYGR6WUpHLmkTv2EcTDwSAShudvjjQg5")
VAULT_PROGRAM_ID = Pubkey.from_string("VLT1QGNyVgn3ozzdQcansZmZzPYcazcDQ5gHgDfGCCx")

SYSTEM_PROGRAM = Pubkey.from_string("11111111111111111111111111111111")
LOADER_V3 = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
TOKEN_PROGRAM = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
ASSOCIATED_TOKEN_PROGRAM = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")

CLOCK_SYSVAR = CLOCK
INSTRUCTIONS_SYSVAR = INSTRUCTIONS
RENT_SYSVAR = RENT
SLOT_HASHES_SYSVAR = SLOT_HASHES


@lru_cache(maxsize=65_536)
def address_text(address: bytes) -> str:
    """32 bytes in base58. The same few addresses come again and again, and base58 is slow."""
    return based58.b58encode(address).decode()


def multisig_address(create_key: Pubkey, program_id: Pubkey = WINDLASS_PROGRAM_ID) -> Pubkey:
    """The MultisigConfig that `create_key` signed into being."""
    return _derive([b"multisig", bytes(create_key)], program_id)


def program_state_address(multisig: Pubkey, program: Pubkey, program_id: Pubkey = WINDLASS_PROGRAM_ID) -> Pubkey:
    """The ProgramUpgradeState of `program` under `multisig`."""
    return _derive([b"program_state", bytes(multisig), bytes(program)], program_id)


def upgrade_authority_address(multisig: Pubkey, program: Pubkey, program_id: Pubkey = WINDLASS_PROGRAM_ID) -> Pubkey:
    """The address, without data, that is `program`'s upgrade authority while `multisig` governs it."""
    return _derive([b"upgrade_authority", bytes(multisig), bytes(program)], program_id)


def proposal_address(multisig: Pubkey, id: int, program_id: Pubkey = WINDLASS_PROGRAM_ID) -> Pubkey:
    """The UpgradeProposal with this `id`, which counts from 1 within its multisig."""
    return _derive([b"proposal", bytes(multisig), id.to_bytes(8, "little")], program_id)


def migration_tracker_address(
    multisig: Pubkey, program: Pubkey, id: int, program_id: Pubkey = WINDLASS_PROGRAM_ID
) -> Pubkey:
    """The MigrationTracker of the upgrade that was proposed with this `id`."""
    return _derive([b"migration", bytes(multisig), bytes(program), id.to_bytes(8, "little")], program_id)


def migration_authority_address(multisig: Pubkey, program: Pubkey, program_id: Pubkey = WINDLASS_PROGRAM_ID) -> Pubkey:
    """The address, without data, that signs `program`'s migrate and revert, and nothing else."""
    return _derive([b"migration_authority", bytes(multisig), bytes(program)], program_id)


def account_version_address(tracker: Pubkey, account: Pubkey, program_id: Pubkey = WINDLASS_PROGRAM_ID) -> Pubkey:
    """The AccountVersion of `account`, where the tracker's plan has receipts."""
    return _derive([b"account_version", bytes(tracker), bytes(account)], program_id)


def vault_address(owner: Pubkey, program_id: Pubkey = VAULT_PROGRAM_ID) -> Pubkey:
    """The CollateralVault of `owner`; it is also the owner of its own token account."""
    return _derive([b"vault", bytes(owner)], program_id)


def vault_authority_address(program_id: Pubkey = VAULT_PROGRAM_ID) -> Pubkey:
    """The VaultAuthority: there is one."""
    return _derive([b"authority"], program_id)


def collateral_signer_address(program: Pubkey) -> Pubkey:
    """The address by which `program` signs where the vault has authorized it to move collateral."""
    return _derive([b"collateral"], program)


def associated_token_address(owner: Pubkey, mint: Pubkey) -> Pubkey:
    """The associated token account of `owner` for `mint` (SPL Token, not Token-2022)."""
    return _derive([bytes(owner), bytes(TOKEN_PROGRAM), bytes(mint)], ASSOCIATED_TOKEN_PROGRAM)


def program_data_address(program: Pubkey) -> Pubkey:
    """Where loader v3 keeps the code of `program`."""
    return _derive([bytes(program)], LOADER_V3)


def event_authority_address(program_id: Pubkey) -> Pubkey:
    """Who signs an Anchor program's own event instructions (`emit_cpi!`)."""
    return _derive([b"__event_authority"], program_id)


def _derive(seeds: list[bytes], program_id: Pubkey) -> Pubkey:
    return Pubkey.find_program_address(seeds, program_id)[0]
