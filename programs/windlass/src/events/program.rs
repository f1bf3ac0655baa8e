use anchor_lang::prelude::*;
use windlass_interface::EventHeader;

#[event]
pub struct ProgramRegistered {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub program_data: Pubkey,
    pub upgrade_authority: Pubkey,
    /// The upgrade authority itself where it was that already.
    pub previous_authority: Pubkey,
    /// Seconds; 0: the multisig's.
    pub timelock: i64,
    /// 0 at the first registration; after a release one more than before it, because the code may be another.
    pub version: u64,
}

#[event]
pub struct AuthorityTransferred {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub executor: Pubkey,
    pub previous_authority: Pubkey,
    pub new_authority: Pubkey,
}
