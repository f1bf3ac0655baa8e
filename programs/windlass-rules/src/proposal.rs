//! A proposal as the rules see it, and what is true of it at any time.

use alloc::vec::Vec;

use crate::config::{Config, TIMELOCK};
use crate::error::check;
use crate::program::Program;
use crate::transitions::Status;
use crate::{Digest, Key, RuleError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub address: Key,
    pub proposer: Key,
    pub status: Status,
    /// Of everything that is voted on; an approval names it.
    pub digest: Digest,
    /// The program's version that this upgrade is meant for.
    pub base_version: u64,
    pub config_seq: u64,
    /// Bytes of the program in the buffer.
    pub buffer_len: u32,
    /// Bytes of them that were hashed on chain.
    pub verified_len: u32,
    pub verified_digest: Digest,
    /// What the proposer says the code's digest is.
    pub code_digest: Digest,
    pub created_at: i64,
    /// 0: not approved.
    pub approved_at: i64,
    /// 0: not approved.
    pub eta: i64,
    /// While proposed: the end of voting. Once approved: the end of grace.
    pub expires_at: i64,
    /// 0: open.
    pub closed_at: i64,
    pub approvals: Vec<Key>,
    pub cancel_votes: Vec<Key>,
}

impl Proposal {
    pub fn is_verified(&self) -> bool {
        self.verified_len == self.buffer_len && self.verified_digest == self.code_digest
    }

    /// Is it still about this config and this version of the program?
    pub fn require_fresh(&self, config: &Config, program: &Program) -> Result<(), RuleError> {
        let fresh = self.config_seq == config.config_seq && self.base_version == program.version;
        check(fresh, RuleError::StaleProposal)
    }

    /// What every proposal is, whatever was done to it.
    pub fn invariant(&self) -> Result<(), RuleError> {
        let verified = self.verified_len <= self.buffer_len
            && self.buffer_len > 0
            && (self.verified_len < self.buffer_len || self.is_verified())
            && (self.approvals.is_empty() || self.is_verified());
        let votes = distinct(&self.approvals) && distinct(&self.cancel_votes);
        let closed = self.status.is_closed() == (self.closed_at != 0);
        let times = match self.status {
            Status::Proposed => self.is_unapproved(),
            Status::Approved | Status::Executed => self.is_timelocked() && !self.approvals.is_empty(),
            Status::Cancelled => self.is_unapproved() || self.is_timelocked(),
        };
        let executed_in_time = self.status != Status::Executed || self.may_run_at(self.closed_at);
        check(verified && votes && closed && times && executed_in_time, RuleError::InvariantViolated)
    }

    /// Between eta and the end of grace?
    pub(crate) fn may_run_at(&self, now: i64) -> bool {
        self.eta != 0 && (self.eta..self.expires_at).contains(&now)
    }

    fn is_unapproved(&self) -> bool {
        self.approved_at == 0 && self.eta == 0
    }

    fn is_timelocked(&self) -> bool {
        let waits = self.eta.saturating_sub(self.approved_at);
        self.approved_at >= self.created_at && waits >= TIMELOCK.least && self.expires_at > self.eta
    }
}

pub(crate) fn distinct(keys: &[Key]) -> bool {
    keys.iter().enumerate().all(|(index, key)| !keys.iter().take(index).any(|other| other == key))
}
