//! Who may migrate vaults: Windlass, for the multisig that governs this program.

use core::hint::black_box;

use anchor_lang::prelude::*;
use windlass_interface::migration::MigrationAuthority;

const WINDLASS: Pubkey = pubkey!("Wnd9DkGLs26uYGR6WUpHLmkTv2EcTDwSAShudvjjQg5");
/// Whoever proposes this release writes the multisig's address over these bytes of the built program: `migrate` gets no
/// account that could tell it, and members vote on the very bytes. As they are they stand for nobody.
static MULTISIG: [u8; 32] = *b"the multisig that governs vaults";

pub fn migration_authority() -> MigrationAuthority {
    let multisig = Pubkey::new_from_array(*black_box(&MULTISIG));
    MigrationAuthority { windlass: WINDLASS, multisig, program: crate::ID }
}
