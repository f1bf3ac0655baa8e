use anchor_lang::prelude::*;
use windlass_interface::EventHeader;

use crate::state::{MigrationPlan, MultisigParams, ProposalKind, ProposalStatus};

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
    pub plan: Option<MigrationPlan>,
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

/// Of any kind of proposal. The approval that crosses the threshold has status Approved and the new eta.
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
    pub kind: ProposalKind,
}

/// A vote that does not end the proposal, of any kind.
#[event]
pub struct CancelVoted {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub member: Pubkey,
    pub cancel_votes: u8,
    pub cancel_threshold: u8,
    pub kind: ProposalKind,
}

/// The vote or the withdrawal that ends the proposal, of any kind.
#[event]
pub struct UpgradeCancelled {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub member: Pubkey,
    pub withdrawn: bool,
    pub cancel_votes: u8,
    pub kind: ProposalKind,
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

#[event]
pub struct RollbackProposed {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub id: u64,
    pub kind: ProposalKind,
    pub proposer: Pubkey,
    pub payer: Pubkey,
    /// What would be undone.
    pub upgrade_proposal: Pubkey,
    /// The kept copy.
    pub buffer: Pubkey,
    pub buffer_len: u32,
    pub code_digest: [u8; 32],
    pub base_version: u64,
    pub config_seq: u64,
    pub slot_hash: [u8; 32],
    pub digest: [u8; 32],
    pub expires_at: i64,
}

#[event]
pub struct ConfigProposed {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub proposal: Pubkey,
    pub id: u64,
    pub kind: ProposalKind,
    pub proposer: Pubkey,
    pub payer: Pubkey,
    pub config: MultisigParams,
    pub config_seq: u64,
    pub slot_hash: [u8; 32],
    pub digest: [u8; 32],
    pub expires_at: i64,
}

#[event]
pub struct TransferProposed {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub id: u64,
    pub kind: ProposalKind,
    pub proposer: Pubkey,
    pub payer: Pubkey,
    pub new_authority: Pubkey,
    pub base_version: u64,
    pub config_seq: u64,
    pub slot_hash: [u8; 32],
    pub digest: [u8; 32],
    pub expires_at: i64,
}

/// The revocation that falls below the threshold has status Proposed and the end of voting.
#[event]
pub struct ApprovalRevoked {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub member: Pubkey,
    /// Without this one.
    pub approvals: u8,
    pub threshold: u8,
    pub status: ProposalStatus,
    pub expires_at: i64,
    pub kind: ProposalKind,
}

/// Expired, or Stale.
#[event]
pub struct ProposalExpired {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub status: ProposalStatus,
    pub kind: ProposalKind,
}

#[event]
pub struct BufferReclaimed {
    pub header: EventHeader,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub proposal: Pubkey,
    pub buffer: Pubkey,
    pub recipient: Pubkey,
}
