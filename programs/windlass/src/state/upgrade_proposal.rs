use anchor_lang::prelude::*;
use solana_sha256_hasher::hashv;
use windlass_rules::config::MAX_MEMBERS;
use windlass_rules::digest::Content;
use windlass_rules::proposal::Proposal;
use windlass_rules::propose::Proposed;
use windlass_rules::transitions::Status;

use crate::errors::WindlassError;

/// A proposed upgrade: what is voted on, and how the vote stands. Times are unix seconds.
#[account]
#[derive(InitSpace, Debug)]
pub struct UpgradeProposal {
    pub bump: u8,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub id: u64,
    pub kind: ProposalKind,
    pub proposer: Pubkey,
    /// Gets the buffer's lamports when the upgrade is executed.
    pub payer: Pubkey,
    pub buffer: Pubkey,
    /// Bytes of the program in the buffer.
    pub buffer_len: u32,
    /// What the proposer says the code's digest is.
    pub code_digest: [u8; 32],
    /// Bytes hashed on chain so far.
    pub verified_len: u32,
    /// The digest so far.
    pub verified_digest: [u8; 32],
    /// The program's version that this upgrade is meant for.
    pub base_version: u64,
    /// No copy of the replaced code has to be kept.
    pub no_rollback: bool,
    pub config_seq: u64,
    /// The newest SlotHashes entry when it was proposed.
    pub slot_hash: [u8; 32],
    /// Of everything voted on; an approval names it.
    pub digest: [u8; 32],
    pub status: ProposalStatus,
    pub created_at: i64,
    /// 0: not approved.
    pub approved_at: i64,
    /// From when on it can be executed; 0: not approved.
    pub eta: i64,
    /// While proposed: the end of voting. Once approved: the end of grace.
    pub expires_at: i64,
    /// Executed or cancelled; 0: open.
    pub closed_at: i64,
    #[max_len(MAX_MEMBERS)]
    pub approvals: Vec<Vote>,
    #[max_len(MAX_MEMBERS)]
    pub cancel_votes: Vec<Vote>,
}

#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalKind {
    Upgrade,
}

#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalStatus {
    Proposed,
    Approved,
    Executed,
    Cancelled,
}

#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    pub member: Pubkey,
    /// Unix seconds.
    pub at: i64,
}

impl ProposalKind {
    /// As the digest names it.
    pub const fn tag(self) -> u8 {
        match self {
            Self::Upgrade => 0,
        }
    }
}

impl From<Status> for ProposalStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Proposed => Self::Proposed,
            Status::Approved => Self::Approved,
            Status::Executed => Self::Executed,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

impl From<ProposalStatus> for Status {
    fn from(status: ProposalStatus) -> Self {
        match status {
            ProposalStatus::Proposed => Self::Proposed,
            ProposalStatus::Approved => Self::Approved,
            ProposalStatus::Executed => Self::Executed,
            ProposalStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl UpgradeProposal {
    const VOTES_PER_MEMBER: usize = 2 * Vote::INIT_SPACE;
    const EMPTY_SPACE: usize =
        Self::DISCRIMINATOR.len() + Self::INIT_SPACE - MAX_MEMBERS * Self::VOTES_PER_MEMBER;

    /// Bytes of an account in which each of `members` can approve and vote to cancel.
    pub fn space(members: usize) -> usize {
        Self::EMPTY_SPACE.saturating_add(members.saturating_mul(Self::VOTES_PER_MEMBER))
    }

    /// A proposal that was just made.
    pub fn new(content: &Content, proposed: &Proposed, payer: Pubkey, now: i64, bump: u8) -> Self {
        Self {
            bump,
            multisig: Pubkey::new_from_array(content.multisig),
            program: Pubkey::new_from_array(content.program),
            id: content.id,
            kind: ProposalKind::Upgrade,
            proposer: Pubkey::new_from_array(content.proposer),
            payer,
            buffer: Pubkey::new_from_array(content.buffer),
            buffer_len: content.buffer_len,
            code_digest: content.code_digest,
            verified_len: 0,
            verified_digest: [0; 32],
            base_version: content.base_version,
            no_rollback: content.no_rollback,
            config_seq: content.config_seq,
            slot_hash: content.slot_hash,
            digest: content.digest(|parts| hashv(parts).to_bytes()),
            status: proposed.status.into(),
            created_at: now,
            approved_at: 0,
            eta: 0,
            expires_at: proposed.expires_at,
            closed_at: 0,
            approvals: Vec::new(),
            cancel_votes: Vec::new(),
        }
    }

    pub fn rules(&self, address: &Pubkey) -> Proposal {
        let voters = |votes: &[Vote]| votes.iter().map(|vote| vote.member.to_bytes()).collect();
        Proposal {
            address: address.to_bytes(),
            proposer: self.proposer.to_bytes(),
            status: self.status.into(),
            digest: self.digest,
            base_version: self.base_version,
            config_seq: self.config_seq,
            buffer_len: self.buffer_len,
            verified_len: self.verified_len,
            verified_digest: self.verified_digest,
            code_digest: self.code_digest,
            created_at: self.created_at,
            approved_at: self.approved_at,
            eta: self.eta,
            expires_at: self.expires_at,
            closed_at: self.closed_at,
            approvals: voters(&self.approvals),
            cancel_votes: voters(&self.cancel_votes),
        }
    }

    /// Votes, verification, status and times agree.
    pub fn invariant(&self, address: &Pubkey) -> Result<()> {
        Ok(self.rules(address).invariant().map_err(WindlassError::from)?)
    }
}
