use anchor_lang::prelude::*;
use windlass_interface::EventHeader;

use crate::state::MemberParams;

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
