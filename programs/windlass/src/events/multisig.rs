use anchor_lang::prelude::*;
use windlass_interface::EventHeader;

use crate::state::{MemberParams, MultisigParams};

#[event]
pub struct MultisigInitialized {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub create_key: Pubkey,
    pub members: Vec<MemberParams>,
    pub threshold: u8,
    pub cancel_threshold: u8,
    pub emergency_threshold: u8,
    pub timelock: i64,
    pub rollback_delay: i64,
    pub grace_period: i64,
    pub voting_period: i64,
}

#[event]
pub struct ConfigChanged {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub proposal: Pubkey,
    pub executor: Pubkey,
    /// The multisig's from now on.
    pub config_seq: u64,
    pub old: MultisigParams,
    pub new: MultisigParams,
}

#[event]
pub struct SystemPaused {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub guard: Pubkey,
    /// When it runs out by itself.
    pub until: i64,
    /// Seconds of all pauses before.
    pub accumulated_pause: i64,
}

#[event]
pub struct SystemResumed {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub by: Pubkey,
    /// Seconds of all pauses, this one included.
    pub accumulated_pause: i64,
}
