//! A governed program.

use crate::config::TIMELOCK;
use crate::error::check;
use crate::{Key, RuleError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// Executed upgrades.
    pub version: u64,
    /// The program's own timelock; 0: the multisig's.
    pub timelock: i64,
    /// The approved proposal, of which there is at most one.
    pub slot: Option<Key>,
    /// Its upgrade authority has left.
    pub released: bool,
}

impl Program {
    /// Seconds between the crossing approval and the upgrade: a program may ask for more than its multisig, not for less.
    pub fn effective_timelock(&self, multisig_timelock: i64) -> i64 {
        self.timelock.max(multisig_timelock)
    }

    pub fn require_governed(&self) -> Result<(), RuleError> {
        check(!self.released, RuleError::Released)
    }
}

/// May a program be registered with this timelock of its own?
pub fn validate_timelock(timelock: i64) -> Result<(), RuleError> {
    check(timelock == 0 || TIMELOCK.hold(timelock), RuleError::TimelockOutOfRange)
}
