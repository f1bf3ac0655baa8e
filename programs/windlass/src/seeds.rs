//! The seeds of every address that this program derives, named once.

use anchor_lang::prelude::*;

/// With the create key.
pub const MULTISIG: &[u8] = b"multisig";
/// With multisig and program.
pub const PROGRAM_STATE: &[u8] = b"program_state";
/// With multisig and program. No account: the address is the program's upgrade authority.
pub const UPGRADE_AUTHORITY: &[u8] = b"upgrade_authority";
/// With multisig and the proposal's id, 8 bytes little-endian.
pub const PROPOSAL: &[u8] = b"proposal";

/// The upgrade authority of a program under a multisig, and its bump.
pub fn upgrade_authority(multisig: &Pubkey, program: &Pubkey) -> (Pubkey, u8) {
    Pubkey::find_program_address(&[UPGRADE_AUTHORITY, multisig.as_ref(), program.as_ref()], &crate::ID)
}
