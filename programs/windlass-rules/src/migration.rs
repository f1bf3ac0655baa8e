//! A migration: who may start it, migrate, revert and finalize, and when. Anyone may, once the members' vote and time
//! allow it; nobody else's word is needed.

use crate::config::check;
use crate::migration_plan::Side;
use crate::program::Program;
use crate::transitions::{next, Action, Status};
use crate::{Key, RuleError};

/// In which an upgrade can be rolled back, and in which its accounts can therefore have to go back as well; in seconds
/// since the upgrade.
pub const ROLLBACK_WINDOW: i64 = 7 * 86_400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    Migrating,
    /// A rollback was approved: accounts go back to the old layout.
    Reverting,
    /// Cannot go back any more; accounts that nobody touched yet still go forward.
    Finalized,
}

impl MigrationState {
    pub const ALL: [MigrationState; 3] =
        [MigrationState::Migrating, MigrationState::Reverting, MigrationState::Finalized];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The program's version whose layouts are the plan's new ones.
    pub version: u64,
    pub state: MigrationState,
    pub migrated: u64,
    /// Accounts born in the new layout are reverted without having been migrated: this may exceed `migrated`.
    pub reverted: u64,
}

/// An executed upgrade, whose migration somebody wants to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    pub proposal: Key,
    pub status: Status,
    /// The program's version that the upgrade was meant for.
    pub base_version: u64,
    pub has_plan: bool,
    pub paused: bool,
}

/// The status of the proposal once its migration is started.
pub fn start(program: &Program, start: &Start) -> Result<Status, RuleError> {
    check(!start.paused, RuleError::SystemPaused)?;
    check(!program.released, RuleError::Released)?;
    let status = next(Some(start.status), Action::StartMigration)?;
    check(start.has_plan, RuleError::NoMigrationPlan)?;
    let runs = program.last_upgrade == Some(start.proposal)
        && start.base_version.checked_add(1) == Some(program.version);
    check(runs, RuleError::MigrationVersionMismatch)?;
    // What is migrated now would only have to be reverted, and nobody could: the tracker would not know of the rollback.
    check(program.rollback_slot.is_none(), RuleError::MigrationReverting)?;
    Ok(status)
}

impl Migration {
    pub fn new(version: u64) -> Self {
        Self { version, state: MigrationState::Migrating, migrated: 0, reverted: 0 }
    }

    /// May accounts move to the `to` side now? Forward also after finalization, for as long as that version runs; back
    /// only while a rollback is approved, paused or not.
    pub fn require_open(&self, program: &Program, to: Side, paused: bool) -> Result<(), RuleError> {
        self.require_runs(program)?;
        match (to, self.state) {
            (Side::New, MigrationState::Migrating | MigrationState::Finalized) => {
                check(!paused, RuleError::SystemPaused)
            }
            (Side::New, MigrationState::Reverting) => Err(RuleError::MigrationReverting),
            (Side::Old, MigrationState::Reverting) => Ok(()),
            (Side::Old, _) => Err(RuleError::MigrationNotReverting),
        }
    }

    /// One account was moved to the `to` side.
    pub fn count(self, to: Side) -> Result<Self, RuleError> {
        let plus_one = |count: u64| count.checked_add(1).ok_or(RuleError::Overflow);
        Ok(match to {
            Side::New => Self { migrated: plus_one(self.migrated)?, ..self },
            Side::Old => Self { reverted: plus_one(self.reverted)?, ..self },
        })
    }

    /// Accounts that a rollback would leave in the new layout, as far as the counts know.
    pub fn stranded(&self) -> u64 {
        self.migrated.saturating_sub(self.reverted)
    }

    /// A rollback was approved.
    pub fn revert(self) -> Result<Self, RuleError> {
        check(self.state != MigrationState::Finalized, RuleError::MigrationFinalized)?;
        Ok(Self { state: MigrationState::Reverting, ..self })
    }

    /// The approved rollback lapsed. A migration that was finalized meanwhile stays so.
    pub fn resume(self) -> Self {
        match self.state {
            MigrationState::Reverting => Self { state: MigrationState::Migrating, ..self },
            MigrationState::Migrating | MigrationState::Finalized => self,
        }
    }

    /// The rollback window is over: nothing can go back. A rollback that was approved and not executed in time keeps
    /// nobody from their account, so a migration that is reverting is finalized as well.
    pub fn finalize(self, program: &Program, status: Status, now: i64) -> Result<(Self, Status), RuleError> {
        self.require_runs(program)?;
        check(self.state != MigrationState::Finalized, RuleError::MigrationFinalized)?;
        let status = next(Some(status), Action::FinalizeMigration)?;
        check(now >= program.rollback_window_ends()?, RuleError::RollbackWindowOpen)?;
        Ok((Self { state: MigrationState::Finalized, ..self }, status))
    }

    /// May receipts be closed? Once nothing can go back: after finalization, or when the version runs no more.
    pub fn require_receipts_over(&self, program: &Program) -> Result<(), RuleError> {
        let over = self.state == MigrationState::Finalized || self.require_runs(program).is_err();
        check(over, RuleError::MigrationOpen)
    }

    /// Does the program still run the version whose layouts these are?
    fn require_runs(&self, program: &Program) -> Result<(), RuleError> {
        check(!program.released, RuleError::Released)?;
        check(program.version == self.version, RuleError::MigrationVersionMismatch)
    }
}
