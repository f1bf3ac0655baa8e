use anchor_lang::prelude::*;
use windlass_rules::proposal::{Kind, Proposal};
use windlass_rules::transitions::Status;

use crate::errors::WindlassError;
use crate::state::{KeptBuffer, MigrationPlan, MultisigParams};

/// A proposal of any kind: what is voted on, and how the vote stands. Times are unix seconds.
#[account]
#[derive(InitSpace, Debug)]
pub struct UpgradeProposal {
    pub bump: u8,
    pub multisig: Pubkey,
    /// The default key for a config.
    pub program: Pubkey,
    pub id: u64,
    pub kind: ProposalKind,
    pub proposer: Pubkey,
    /// Gets the buffer's lamports when the upgrade is executed, or its buffer reclaimed.
    pub payer: Pubkey,
    /// The new code, or for a rollback the kept copy; the default key for other kinds.
    pub buffer: Pubkey,
    /// Bytes of the program in the buffer; 0 where there is none.
    pub buffer_len: u32,
    /// What the proposer says the code's digest is.
    pub code_digest: [u8; 32],
    /// Bytes hashed on chain so far.
    pub verified_len: u32,
    /// The digest so far.
    pub verified_digest: [u8; 32],
    /// The program's version that it is meant for.
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
    /// From when on it can be executed, but for pauses since the approval; 0: not approved.
    pub eta: i64,
    /// While proposed: the end of voting. Once approved: the end of grace.
    pub expires_at: i64,
    /// Executed, cancelled, expired or stale; 0: open.
    pub closed_at: i64,
    /// Seconds that the multisig had been paused until the approval.
    pub pause_mark: i64,
    /// An upgrade's buffer was closed, and its lamports were given back.
    pub buffer_reclaimed: bool,
    /// An upgrade's: the copy of the running code that is kept for it, until it is retired or rolled back to.
    pub rollback_buffer: Option<KeptBuffer>,
    /// A rollback's: the upgrade's proposal.
    pub rolls_back: Option<Pubkey>,
    /// A transfer's.
    pub new_authority: Option<Pubkey>,
    /// An upgrade's.
    pub plan: Option<MigrationPlan>,
    /// A config's.
    pub new_config: Option<MultisigParams>,
    /// The account has room for each member's votes.
    #[max_len(0)]
    pub approvals: Vec<Vote>,
    #[max_len(0)]
    pub cancel_votes: Vec<Vote>,
}

#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalKind {
    Upgrade,
    Rollback,
    Config,
    Transfer,
}

#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalStatus {
    Proposed,
    Approved,
    Executed,
    Migrating,
    Completed,
    Cancelled,
    Expired,
    Stale,
    RolledBack,
}

#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    pub member: Pubkey,
    /// Unix seconds.
    pub at: i64,
}

impl ProposalKind {
    /// Is it about one program?
    pub fn has_program(self) -> bool {
        Kind::from(self).has_program()
    }

    /// As the digest names it.
    pub const fn tag(self) -> u8 {
        match self {
            Self::Upgrade => 0,
            Self::Rollback => 1,
            Self::Config => 2,
            Self::Transfer => 3,
        }
    }
}

impl From<ProposalKind> for Kind {
    fn from(kind: ProposalKind) -> Self {
        match kind {
            ProposalKind::Upgrade => Self::Upgrade,
            ProposalKind::Rollback => Self::Rollback,
            ProposalKind::Config => Self::Config,
            ProposalKind::Transfer => Self::Transfer,
        }
    }
}

impl From<Status> for ProposalStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Proposed => Self::Proposed,
            Status::Approved => Self::Approved,
            Status::Executed => Self::Executed,
            Status::Migrating => Self::Migrating,
            Status::Completed => Self::Completed,
            Status::Cancelled => Self::Cancelled,
            Status::Expired => Self::Expired,
            Status::Stale => Self::Stale,
            Status::RolledBack => Self::RolledBack,
        }
    }
}

impl From<ProposalStatus> for Status {
    fn from(status: ProposalStatus) -> Self {
        match status {
            ProposalStatus::Proposed => Self::Proposed,
            ProposalStatus::Approved => Self::Approved,
            ProposalStatus::Executed => Self::Executed,
            ProposalStatus::Migrating => Self::Migrating,
            ProposalStatus::Completed => Self::Completed,
            ProposalStatus::Cancelled => Self::Cancelled,
            ProposalStatus::Expired => Self::Expired,
            ProposalStatus::Stale => Self::Stale,
            ProposalStatus::RolledBack => Self::RolledBack,
        }
    }
}

impl UpgradeProposal {
    const VOTES_PER_MEMBER: usize = 2 * Vote::INIT_SPACE;
    const EMPTY_SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// Bytes of an account in which each of `members` can approve and vote to cancel, with so many bytes of a plan or a
    /// config.
    pub fn space(members: usize, payload: usize) -> usize {
        Self::EMPTY_SPACE
            .saturating_add(members.saturating_mul(Self::VOTES_PER_MEMBER))
            .saturating_add(payload)
    }

    pub fn rules(&self, address: &Pubkey) -> Proposal {
        let voters = |votes: &[Vote]| votes.iter().map(|vote| vote.member.to_bytes()).collect();
        Proposal {
            address: address.to_bytes(),
            kind: self.kind.into(),
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
            pause_mark: self.pause_mark,
            no_rollback: self.no_rollback,
            kept_version: self.rollback_buffer.map(|kept| kept.version),
            expires_at: self.expires_at,
            closed_at: self.closed_at,
            approvals: voters(&self.approvals),
            cancel_votes: voters(&self.cancel_votes),
        }
    }

    /// Accounts that a rollback of this upgrade may leave in the new layout.
    pub fn may_strand(&self) -> u64 {
        self.plan.as_ref().map_or(0, |plan| plan.may_strand)
    }

    /// Votes, verification, status and times agree, and each kind has what it is about.
    pub fn invariant(&self, address: &Pubkey) -> Result<()> {
        self.rules(address).invariant().map_err(WindlassError::from)?;
        let content = (self.rolls_back.is_some(), self.new_authority.is_some(), self.new_config.is_some());
        let expected = match self.kind {
            ProposalKind::Upgrade => (false, false, false),
            ProposalKind::Rollback => (true, false, false),
            ProposalKind::Transfer => (false, true, false),
            ProposalKind::Config => (false, false, true),
        };
        let of_upgrade = self.plan.is_none() && self.rollback_buffer.is_none() && !self.buffer_reclaimed;
        let fits = content == expected && (self.kind == ProposalKind::Upgrade || of_upgrade);
        require!(fits, WindlassError::InvariantViolated);
        Ok(())
    }
}
