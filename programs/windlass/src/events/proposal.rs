use anchor_lang::prelude::*;
use windlass_interface::EventHeader;

use crate::state::{ProposalKind, ProposalStatus};

#[event]
pub struct UpgradeProposed {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub id: u64,
    pub kind: ProposalKind,
    pub proposer: Pubkey,
    pub payer: Pubkey,
    pub buffer: Pubkey,
    pub buffer_len: u32,
    pub code_digest: [u8; 32],
    pub base_version: u64,
    pub no_rollback: bool,
    pub config_seq: u64,
    pub slot_hash: [u8; 32],
    pub digest: [u8; 32],
    pub expires_at: i64,
}

#[event]
pub struct BufferVerified {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub verified_len: u32,
    pub buffer_len: u32,
}

/// The approval that crosses the threshold has status Approved and the new eta.
#[event]
pub struct UpgradeApproved {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub member: Pubkey,
    pub approvals: u8,
    pub threshold: u8,
    pub status: ProposalStatus,
    pub eta: i64,
    pub expires_at: i64,
}

/// A vote that does not end the proposal.
#[event]
pub struct CancelVoted {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub member: Pubkey,
    pub cancel_votes: u8,
    pub cancel_threshold: u8,
}

/// The vote or the withdrawal that ends the proposal.
#[event]
pub struct UpgradeCancelled {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub member: Pubkey,
    pub withdrawn: bool,
    pub cancel_votes: u8,
}

#[event]
pub struct UpgradeExecuted {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub executor: Pubkey,
    /// The program's from now on.
    pub version: u64,
    pub code_digest: [u8; 32],
    pub buffer: Pubkey,
}
