//! How much of the world a run looks at: members, proposals, pauses, and which configs can be proposed.

use windlass_rules::config::{Config, Member};
use windlass_rules::pause::Pause;
use windlass_rules::roles::{APPROVE, GUARD, PROPOSE};
use windlass_rules::Key;

use crate::rules::Rules;

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// A signer who is no member.
pub const STRANGER: u8 = 9;

/// What a proposal of the model is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// `plan`: accounts are migrated, and none may be stranded.
    Upgrade {
        no_rollback: bool,
        plan: bool,
    },
    Rollback,
    /// One of `CONFIGS`.
    Config(u8),
    Transfer,
}

#[derive(Clone)]
pub struct Scope {
    pub members: u8,
    /// Proposals ever made.
    pub proposals: u8,
    pub subjects: &'static [Subject],
    /// Pauses ever begun, and the lengths that guards try.
    pub pauses: u8,
    pub pause_lengths: &'static [i64],
    /// The multisig's timelock, in seconds.
    pub timelock: i64,
    pub voting_period: i64,
    /// A rollback whose approvals cross the threshold again waits anew: as often as this fits into the voting period.
    pub rollback_delay: i64,
    /// The program's own; 0: the multisig's.
    pub program_timelock: i64,
    /// Jumps of a day and 7 seconds, to moments that no boundary is near.
    pub idles: u8,
    /// Members with equal roles are told apart by what they did, and not by their names.
    pub symmetric: bool,
    pub rules: Rules,
}

pub const CONFIG_IN_FORCE: u8 = 0;
/// Others that may be: the first proposer only guards, and everything else is stricter.
pub const STRICTER: u8 = 1;
/// Below a floor each: the timelock, the grace period, a threshold of nobody, a cancel threshold that one reaches.
pub const HASTY: u8 = 2;
pub const GRACELESS: u8 = 3;
pub const OPEN_TO_ALL: u8 = 4;
pub const CANCELLED_BY_ONE: u8 = 5;

impl Scope {
    /// Everything that can be proposed, by so many members.
    pub fn new(members: u8, proposals: u8) -> Self {
        Self {
            members,
            proposals,
            subjects: &[
                Subject::Upgrade { no_rollback: true, plan: false },
                Subject::Upgrade { no_rollback: false, plan: true },
                Subject::Rollback,
                Subject::Config(STRICTER),
                Subject::Config(HASTY),
                Subject::Config(GRACELESS),
                Subject::Config(OPEN_TO_ALL),
                Subject::Config(CANCELLED_BY_ONE),
                Subject::Transfer,
            ],
            pauses: 1,
            pause_lengths: &[0, 3 * DAY, 3 * DAY + 1],
            timelock: 2 * DAY,
            voting_period: 7 * DAY,
            rollback_delay: MINUTE,
            program_timelock: 0,
            idles: 0,
            symmetric: true,
            rules: Rules::default(),
        }
    }

    /// The first member proposes and approves; the others approve and guard.
    pub fn config(&self, id: u8, seq: u8, pause: Pause) -> Config {
        let stricter = id == STRICTER;
        let (first, others) =
            if stricter { (GUARD, PROPOSE | APPROVE) } else { (PROPOSE | APPROVE, APPROVE | GUARD) };
        let roles = |member: u8| if member == 0 { first } else { others };
        let approvers = if stricter { self.members - 1 } else { self.members };
        let threshold = if stricter { approvers } else { 2 };
        let cancel_threshold = approvers - threshold + 1;
        Config {
            members: (0..self.members)
                .map(|member| Member { key: key(member), roles: roles(member) })
                .collect(),
            threshold: if id == OPEN_TO_ALL { 0 } else { threshold },
            cancel_threshold: if id == CANCELLED_BY_ONE { 1 } else { cancel_threshold },
            emergency_threshold: if stricter { approvers } else { 3 },
            timelock: match id {
                STRICTER => 3 * DAY,
                HASTY => 2 * DAY - 1,
                _ => self.timelock,
            },
            rollback_delay: self.rollback_delay,
            grace_period: if id == GRACELESS { 14 * DAY - 1 } else { 14 * DAY },
            voting_period: if stricter { HOUR } else { self.voting_period },
            config_seq: u64::from(seq),
            pause,
        }
    }
}

/// A member's key; the stranger's.
pub fn key(member: u8) -> Key {
    [member + 1; 32]
}

pub fn proposal_key(proposal: u8) -> Key {
    [100 + proposal; 32]
}

/// The buffer that holds a copy for this upgrade.
pub fn copy_key(proposal: u8) -> Key {
    [200 + proposal; 32]
}
