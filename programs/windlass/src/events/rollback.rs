use anchor_lang::prelude::*;
use windlass_interface::EventHeader;

/// A copy of the running code was compared with it, and waits for the upgrade.
#[event]
pub struct RollbackBufferKept {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    /// The upgrade's.
    pub proposal: Pubkey,
    pub buffer: Pubkey,
    pub payer: Pubkey,
    pub len: u32,
    /// Zeros: unknown.
    pub code_digest: [u8; 32],
    /// Whose code it is.
    pub version: u64,
}

#[event]
pub struct UpgradeRolledBack {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    /// The rollback's.
    pub proposal: Pubkey,
    pub upgrade_proposal: Pubkey,
    pub executor: Pubkey,
    /// The program's from now on.
    pub version: u64,
    /// Zeros: unknown.
    pub code_digest: [u8; 32],
    pub buffer: Pubkey,
}

#[event]
pub struct RollbackBufferRetired {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    /// The upgrade's.
    pub proposal: Pubkey,
    pub buffer: Pubkey,
    pub recipient: Pubkey,
}
