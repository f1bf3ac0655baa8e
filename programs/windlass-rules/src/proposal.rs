//! A proposal as the rules see it, and what is true of it at any time.

use alloc::vec::Vec;

use crate::config::{check, Config, ROLLBACK_DELAY, TIMELOCK};
use crate::pause::Pause;
use crate::program::Program;
use crate::transitions::Status;
use crate::{Digest, Key, RuleError};

/// What a proposal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// New code.
    Upgrade,
    /// The code before the last upgrade.
    Rollback,
    /// Another config of the multisig; of no program.
    Config,
    /// Another upgrade authority: the program leaves.
    Transfer,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Upgrade, Kind::Rollback, Kind::Config, Kind::Transfer];

    /// Does it put code in place?
    pub fn has_code(self) -> bool {
        matches!(self, Kind::Upgrade | Kind::Rollback)
    }

    /// Is it about one program?
    pub fn has_program(self) -> bool {
        self != Kind::Config
    }

    /// Does a pause delay it?
    pub fn is_pausable(self) -> bool {
        self != Kind::Rollback
    }

    /// Seconds that at least lie between the crossing approval and the execution.
    fn least_delay(self) -> i64 {
        match self {
            Kind::Rollback => ROLLBACK_DELAY.least,
            Kind::Upgrade | Kind::Config | Kind::Transfer => TIMELOCK.least,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub address: Key,
    pub kind: Kind,
    pub proposer: Key,
    pub status: Status,
    /// Of everything that is voted on; an approval names it.
    pub digest: Digest,
    /// The program's version that it is meant for; of no meaning where there is no program.
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
    /// Seconds that the multisig had been paused until the approval: what came later moves eta.
    pub pause_mark: i64,
    /// Voted: no copy of the replaced code has to be kept.
    pub no_rollback: bool,
    /// The version whose code is kept for this upgrade, if a copy is.
    pub kept_version: Option<u64>,
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

    /// Is it still about this config, and this version of its program?
    pub fn is_fresh(&self, config: &Config, program: Option<&Program>) -> bool {
        let same_version = |program: &Program| program.version == self.base_version && !program.released;
        self.config_seq == config.config_seq && program.is_none_or(same_version)
    }

    /// A program that left takes nothing any more; what was made for another config or version is stale.
    pub fn require_fresh(&self, config: &Config, program: Option<&Program>) -> Result<(), RuleError> {
        check(program.is_some() == self.kind.has_program(), RuleError::ProgramMismatch)?;
        program.map_or(Ok(()), Program::require_governed)?;
        check(self.is_fresh(config, program), RuleError::StaleProposal)
    }

    /// When it can be executed, as things stand: each second of pause since the approval is one more to wait. The end
    /// of grace does not move, so nothing that was over comes back.
    pub fn effective_eta(&self, pause: &Pause, now: i64) -> Result<i64, RuleError> {
        if !self.kind.is_pausable() {
            return Ok(self.eta);
        }
        let since = pause.elapsed(now)?.checked_sub(self.pause_mark).ok_or(RuleError::Overflow)?;
        self.eta.checked_add(since.max(0)).ok_or(RuleError::Overflow)
    }

    /// What every proposal is, whatever was done to it.
    pub fn invariant(&self) -> Result<(), RuleError> {
        let verified = self.verified_len <= self.buffer_len
            && (self.buffer_len > 0) == self.kind.has_code()
            && (self.verified_len < self.buffer_len || self.is_verified())
            && (self.approvals.is_empty() || self.is_verified());
        let kept = self.kept_version.is_none()
            || (self.kind == Kind::Upgrade
                && !self.no_rollback
                && self.kept_version == Some(self.base_version));
        let votes = distinct(&self.approvals) && distinct(&self.cancel_votes);
        let closed = self.status.is_open() == (self.closed_at == 0);
        let times = match self.status {
            Status::Proposed => self.is_unapproved(),
            Status::Approved => self.is_timelocked() && !self.approvals.is_empty(),
            Status::Executed | Status::Migrating | Status::Completed | Status::RolledBack => {
                self.is_timelocked() && !self.approvals.is_empty() && self.may_run_at(self.closed_at)
            }
            Status::Cancelled | Status::Expired | Status::Stale => {
                self.is_unapproved() || self.is_timelocked()
            }
        };
        check(verified && kept && votes && closed && times, RuleError::InvariantViolated)
    }

    /// Between eta and the end of grace?
    pub(crate) fn may_run_at(&self, now: i64) -> bool {
        self.eta != 0 && (self.eta..self.expires_at).contains(&now)
    }

    fn is_unapproved(&self) -> bool {
        self.approved_at == 0 && self.eta == 0 && self.pause_mark == 0
    }

    fn is_timelocked(&self) -> bool {
        let waits = self.eta.saturating_sub(self.approved_at);
        self.approved_at >= self.created_at && waits >= self.kind.least_delay() && self.expires_at > self.eta
    }
}

pub(crate) fn distinct(keys: &[Key]) -> bool {
    keys.iter().enumerate().all(|(index, key)| !keys.iter().take(index).any(|other| other == key))
}
