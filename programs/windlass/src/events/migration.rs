use anchor_lang::prelude::*;
use windlass_interface::EventHeader;

use crate::state::MigrationPlan;

/// On the multisig's stream; what follows is on the tracker's own.
#[event]
pub struct MigrationStarted {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub tracker: Pubkey,
    pub migration_authority: Pubkey,
    pub version: u64,
    pub plan: MigrationPlan,
}

#[event]
pub struct AccountMigrated {
    pub header: EventHeader,
    pub tracker: Pubkey,
    pub account: Pubkey,
    /// Its place in the plan.
    pub layout: u8,
    /// sha256 of all of the account's data in the old layout.
    pub before: [u8; 32],
    /// sha256 of all of it in the new one.
    pub after: [u8; 32],
}

#[event]
pub struct AccountReverted {
    pub header: EventHeader,
    pub tracker: Pubkey,
    pub account: Pubkey,
    /// Its place in the plan.
    pub layout: u8,
    /// sha256 of all of the account's data in the new layout.
    pub before: [u8; 32],
    /// sha256 of all of it in the old one.
    pub after: [u8; 32],
}

#[event]
pub struct MigrationFinalized {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub tracker: Pubkey,
    pub migrated: u64,
    pub reverted: u64,
}

#[event]
pub struct AccountVersionClosed {
    pub header: EventHeader,
    pub tracker: Pubkey,
    pub account: Pubkey,
    /// Got the receipt's lamports.
    pub payer: Pubkey,
}
