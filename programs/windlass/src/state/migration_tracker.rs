use anchor_lang::prelude::*;
use windlass_interface::EventStream;
use windlass_rules::migration::{Migration, MigrationState as State};
use windlass_rules::migration_plan::Side;

use crate::errors::WindlassError;
use crate::state::{MigrationPlan, ProgramUpgradeState};

/// The migration of a program's accounts to the layouts of one version. Its events are its own stream.
#[account]
#[derive(InitSpace, Debug)]
pub struct MigrationTracker {
    pub stream: EventStream,
    pub bump: u8,
    pub migration_authority_bump: u8,
    pub multisig: Pubkey,
    pub program: Pubkey,
    /// The upgrade's.
    pub proposal: Pubkey,
    pub proposal_id: u64,
    /// The program's, whose layouts are the plan's new ones.
    pub version: u64,
    pub plan: MigrationPlan,
    pub migrated: u64,
    /// May exceed `migrated`: accounts born in the new layout go back too.
    pub reverted: u64,
    pub state: MigrationState,
    /// Unix seconds.
    pub started_at: i64,
    /// 0: not finalized.
    pub finalized_at: i64,
}

#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    Migrating,
    /// A rollback is approved: accounts go back, and none forward.
    Reverting,
    /// The upgrade cannot be rolled back any more.
    Finalized,
}

impl From<State> for MigrationState {
    fn from(state: State) -> Self {
        match state {
            State::Migrating => Self::Migrating,
            State::Reverting => Self::Reverting,
            State::Finalized => Self::Finalized,
        }
    }
}

impl From<MigrationState> for State {
    fn from(state: MigrationState) -> Self {
        match state {
            MigrationState::Migrating => Self::Migrating,
            MigrationState::Reverting => Self::Reverting,
            MigrationState::Finalized => Self::Finalized,
        }
    }
}

impl MigrationTracker {
    const EMPTY_SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE - MigrationPlan::INIT_SPACE;

    /// Bytes of an account with this plan, which never changes.
    pub fn space(plan: &MigrationPlan) -> Result<usize> {
        let plan = plan.rules().encoded_len().map_err(WindlassError::from)?;
        Ok(Self::EMPTY_SPACE.checked_add(plan).ok_or(WindlassError::Overflow)?)
    }

    pub fn rules(&self) -> Migration {
        Migration {
            version: self.version,
            state: self.state.into(),
            migrated: self.migrated,
            reverted: self.reverted,
        }
    }

    /// The running version's tracker, which must be the one given; None where there is no migration.
    pub fn of_running_version<'a, 'info>(
        program_state: &ProgramUpgradeState,
        given: &'a mut Option<Box<Account<'info, Self>>>,
    ) -> Result<Option<&'a mut Self>> {
        let Some(address) = program_state.migration else { return Ok(None) };
        let tracker = given.as_mut().ok_or(WindlassError::AccountMissing)?;
        require_keys_eq!(tracker.key(), address, WindlassError::TrackerMismatch);
        Ok(Some(tracker))
    }

    /// A rollback was approved: accounts go back.
    pub fn revert(&mut self) -> Result<()> {
        self.state = self.rules().revert().map_err(WindlassError::from)?.state.into();
        Ok(())
    }

    /// The approved rollback lapsed.
    pub fn resume(&mut self) {
        self.state = self.rules().resume().state.into();
    }

    /// One more account is on the `to` side.
    pub fn count(&mut self, to: Side) -> Result<()> {
        let migration = self.rules().count(to).map_err(WindlassError::from)?;
        (self.migrated, self.reverted) = (migration.migrated, migration.reverted);
        Ok(())
    }

    /// Times, state and counts agree: each account that moved was an event of the stream.
    pub fn invariant(&self) -> Result<()> {
        let finalized = self.state == MigrationState::Finalized;
        let times = self.started_at > 0 && finalized == (self.finalized_at >= self.started_at);
        let moves = self.migrated.checked_add(self.reverted).ok_or(WindlassError::Overflow)?;
        let counted = moves <= self.stream.seq && self.version > 0;
        require!(times && counted, WindlassError::InvariantViolated);
        Ok(())
    }
}
