//! A governed program.

use crate::config::{check, TIMELOCK};
use crate::migration::ROLLBACK_WINDOW;
use crate::proposal::Kind;
use crate::{Key, RuleError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// Executed upgrades and rollbacks, and registrations again: the code that is voted on is meant for one of them.
    pub version: u64,
    /// The program's own timelock; 0: the multisig's.
    pub timelock: i64,
    /// The approved upgrade or transfer, of which there is at most one.
    pub slot: Option<Key>,
    /// The approved rollback, of which there is at most one. It does not ask for the slot: nothing may block it.
    pub rollback_slot: Option<Key>,
    /// The copy of the code before the last upgrade.
    pub kept: Option<Kept>,
    /// The executed upgrade whose code runs, unless it was rolled back.
    pub last_upgrade: Option<Key>,
    /// Unix seconds; 0: never.
    pub last_upgrade_at: i64,
    /// Accounts are being migrated.
    pub migration_open: bool,
    /// Its upgrade authority has left.
    pub released: bool,
}

/// A buffer that holds code to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub buffer: Key,
    /// The version whose code it is.
    pub version: u64,
}

impl Program {
    /// Seconds between the crossing approval and the upgrade: a program may ask for more than its multisig, not for less.
    pub fn effective_timelock(&self, multisig_timelock: i64) -> i64 {
        self.timelock.max(multisig_timelock)
    }

    /// Who is approved to change the program in the way of `kind`?
    pub fn slot_of(&self, kind: Kind) -> Option<Key> {
        match kind {
            Kind::Upgrade | Kind::Transfer => self.slot,
            Kind::Rollback => self.rollback_slot,
            Kind::Config => None,
        }
    }

    /// From when on the last upgrade cannot be rolled back any more.
    pub fn rollback_window_ends(&self) -> Result<i64, RuleError> {
        self.last_upgrade_at.checked_add(ROLLBACK_WINDOW).ok_or(RuleError::Overflow)
    }

    pub fn require_governed(&self) -> Result<(), RuleError> {
        check(!self.released, RuleError::Released)
    }
}

/// May a program be registered with this timelock of its own?
pub fn validate_timelock(timelock: i64) -> Result<(), RuleError> {
    check(timelock == 0 || TIMELOCK.hold(timelock), RuleError::TimelockOutOfRange)
}
