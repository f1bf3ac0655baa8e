//! The multisig: its members, thresholds, times and pause.

use alloc::vec::Vec;

use crate::pause::Pause;
use crate::proposal::Kind;
use crate::{roles, Key, RuleError};

/// Each member is written into every proposal's account twice (approvals, cancel votes); 16 keep that under 1.5 KB.
pub const MAX_MEMBERS: usize = 16;
/// What one proposer may have open at once, so that nobody can flood the voters.
pub const MAX_OPEN_PROPOSALS: u8 = 3;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// The floor is what Windlass promises to everybody: 48 hours in which an upgrade can be seen before it runs.
pub const TIMELOCK: Bounds = Bounds { least: 2 * DAY, most: 30 * DAY };
pub const GRACE_PERIOD: Bounds = Bounds { least: 14 * DAY, most: 30 * DAY };
pub const VOTING_PERIOD: Bounds = Bounds { least: HOUR, most: 7 * DAY };
pub const ROLLBACK_DELAY: Bounds = Bounds { least: 60, most: 30 * DAY };

/// Where the timelock is longer than `LONG_TIMELOCK`, grace lasts at least `LONG_GRACE`: two rounds of pauses (18 days)
/// fit into both together, and must not use up grace. A guard could keep everything from being executed for ever, their
/// own removal first of all.
pub const LONG_TIMELOCK: i64 = 14 * DAY;
pub const LONG_GRACE: i64 = 21 * DAY;

/// Seconds, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub least: i64,
    pub most: i64,
}

impl Bounds {
    pub fn hold(&self, seconds: i64) -> bool {
        (self.least..=self.most).contains(&seconds)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub key: Key,
    pub roles: u8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub members: Vec<Member>,
    /// Approvals that an upgrade needs.
    pub threshold: u8,
    /// Votes that end a proposal.
    pub cancel_threshold: u8,
    /// Approvals that a rollback needs.
    pub emergency_threshold: u8,
    pub timelock: i64,
    pub rollback_delay: i64,
    pub grace_period: i64,
    pub voting_period: i64,
    /// Counts the changes of this config: a proposal made under another one is stale.
    pub config_seq: u64,
    pub pause: Pause,
}

impl Config {
    /// Is this a config that a multisig may have?
    pub fn validate(&self) -> Result<(), RuleError> {
        self.validate_members()?;
        self.validate_thresholds()?;
        check(TIMELOCK.hold(self.timelock), RuleError::TimelockOutOfRange)?;
        check(GRACE_PERIOD.hold(self.grace_period), RuleError::GracePeriodOutOfRange)?;
        check(VOTING_PERIOD.hold(self.voting_period), RuleError::VotingPeriodOutOfRange)?;
        check(ROLLBACK_DELAY.hold(self.rollback_delay), RuleError::RollbackDelayOutOfRange)
    }

    fn validate_members(&self) -> Result<(), RuleError> {
        check(!self.members.is_empty(), RuleError::NoMembers)?;
        check(self.members.len() <= MAX_MEMBERS, RuleError::TooManyMembers)?;
        for (index, member) in self.members.iter().enumerate() {
            let known_roles = member.roles != 0 && member.roles & !roles::ALL == 0;
            check(member.key != [0; 32] && known_roles, RuleError::InvalidMember)?;
            let seen = self.members.iter().take(index).any(|other| other.key == member.key);
            check(!seen, RuleError::DuplicateMember)?;
        }
        check(self.count(roles::PROPOSE) > 0, RuleError::NoProposer)
    }

    fn validate_thresholds(&self) -> Result<(), RuleError> {
        let approvers = self.count(roles::APPROVE);
        let threshold = usize::from(self.threshold);
        check((1..=approvers).contains(&threshold), RuleError::ThresholdOutOfRange)?;

        // Whoever cannot be outvoted can cancel, and fewer cannot: approvals + cancel votes > approvers.
        let blocking = approvers.saturating_sub(threshold).saturating_add(1);
        let cancel = usize::from(self.cancel_threshold);
        check((blocking..=approvers).contains(&cancel), RuleError::CancelThresholdOutOfRange)?;

        let emergency = usize::from(self.emergency_threshold);
        check((threshold..=approvers).contains(&emergency), RuleError::EmergencyThresholdOutOfRange)
    }

    /// Approvals that a proposal of this kind needs.
    pub fn threshold_of(&self, kind: Kind) -> u8 {
        match kind {
            Kind::Rollback => self.emergency_threshold,
            Kind::Upgrade | Kind::Config | Kind::Transfer => self.threshold,
        }
    }

    /// How long something can be executed after this delay.
    pub fn grace_after(&self, delay: i64) -> i64 {
        if delay > LONG_TIMELOCK {
            self.grace_period.max(LONG_GRACE)
        } else {
            self.grace_period
        }
    }

    /// Members who hold `role`.
    pub fn count(&self, role: u8) -> usize {
        self.members.iter().filter(|member| member.roles & role != 0).count()
    }

    /// Does `key` belong to a member, and does that member hold `role`?
    pub fn require(&self, key: &Key, role: u8) -> Result<(), RuleError> {
        let member = self.members.iter().find(|member| member.key == *key).ok_or(RuleError::NotAMember)?;
        check(member.roles & role != 0, RuleError::MissingRole)
    }
}

pub(crate) fn check(holds: bool, otherwise: RuleError) -> Result<(), RuleError> {
    if holds {
        Ok(())
    } else {
        Err(otherwise)
    }
}
