//! The seeds of every address that this program derives, named once.

use anchor_lang::prelude::*;
use windlass_interface::migration::{MigrationAuthority, MIGRATION_AUTHORITY_SEED};

/// With the create key.
pub const MULTISIG: &[u8] = b"multisig";
/// With multisig and program.
pub const PROGRAM_STATE: &[u8] = b"program_state";
/// With multisig and program. No account: the address is the program's upgrade authority.
pub const UPGRADE_AUTHORITY: &[u8] = b"upgrade_authority";
/// With multisig and the proposal's id, 8 bytes little-endian.
pub const PROPOSAL: &[u8] = b"proposal";
/// With multisig, program and the proposal's id, 8 bytes little-endian.
pub const MIGRATION: &[u8] = b"migration";
/// With multisig and program. No account: the address signs the governed program's `migrate` and `revert`.
pub const MIGRATION_AUTHORITY: &[u8] = MIGRATION_AUTHORITY_SEED;
/// With tracker and account.
pub const ACCOUNT_VERSION: &[u8] = b"account_version";

/// The upgrade authority of a program under a multisig, and its bump.
pub fn upgrade_authority(multisig: &Pubkey, program: &Pubkey) -> (Pubkey, u8) {
    Pubkey::find_program_address(&[UPGRADE_AUTHORITY, multisig.as_ref(), program.as_ref()], &crate::ID)
}

/// The address that signs the governed program's `migrate` and `revert`, and its bump.
pub fn migration_authority(multisig: &Pubkey, program: &Pubkey) -> (Pubkey, u8) {
    MigrationAuthority { windlass: crate::ID, multisig: *multisig, program: *program }.find()
}
