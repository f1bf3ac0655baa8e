use anchor_lang::prelude::*;
use windlass_rules::program::{validate_timelock, Kept, Program};

use crate::errors::WindlassError;
use crate::state::ProposalKind;

/// A program under a multisig.
#[account]
#[derive(InitSpace, Debug)]
pub struct ProgramUpgradeState {
    pub bump: u8,
    pub upgrade_authority_bump: u8,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub program_data: Pubkey,
    /// Executed upgrades and rollbacks, and registrations after a release; 0 at the first registration.
    pub version: u64,
    /// Of the running code; zeros where no vote was about it: unknown.
    pub code_digest: [u8; 32],
    /// Bytes that a copy of the running code must have at least: of the voted code, or where none was voted, of all that
    /// ProgramData had room for. A copy cut at zeros that belong to the code would not load again.
    pub code_len: u32,
    /// Seconds; the program's own, 0 for the multisig's. The longer one counts.
    pub timelock: i64,
    /// Unix seconds; 0: never.
    pub last_upgrade_at: i64,
    /// Holds the program's slot: at most one approved upgrade or transfer waits at a time.
    pub approved_proposal: Option<Pubkey>,
    /// The approved rollback, which asks for no slot.
    pub approved_rollback: Option<Pubkey>,
    /// The upgrade authority was transferred away.
    pub released: bool,
    /// The code before the last upgrade.
    pub rollback: Option<KeptBuffer>,
    /// The upgrade whose code runs, unless it was rolled back.
    pub last_upgrade_proposal: Option<Pubkey>,
    /// The tracker of the running version.
    pub migration: Option<Pubkey>,
    /// The migration was started and is not finalized.
    pub migration_open: bool,
}

/// A copy of a program's code under its upgrade authority, compared with the running code when it was taken.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptBuffer {
    pub buffer: Pubkey,
    /// Who uploaded it, and gets its lamports.
    pub payer: Pubkey,
    /// Bytes of the program.
    pub len: u32,
    /// Zeros: unknown.
    pub code_digest: [u8; 32],
    /// Whose code it is.
    pub version: u64,
}

impl ProgramUpgradeState {
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    pub fn rules(&self) -> Program {
        Program {
            version: self.version,
            timelock: self.timelock,
            slot: self.approved_proposal.map(|proposal| proposal.to_bytes()),
            rollback_slot: self.approved_rollback.map(|proposal| proposal.to_bytes()),
            kept: self.rollback.map(|kept| Kept { buffer: kept.buffer.to_bytes(), version: kept.version }),
            last_upgrade: self.last_upgrade_proposal.map(|proposal| proposal.to_bytes()),
            last_upgrade_at: self.last_upgrade_at,
            migration_open: self.migration_open,
            released: self.released,
        }
    }

    /// `proposal` was approved.
    pub fn take_slot(&mut self, kind: ProposalKind, proposal: Pubkey) {
        match kind {
            ProposalKind::Upgrade | ProposalKind::Transfer => self.approved_proposal = Some(proposal),
            ProposalKind::Rollback => self.approved_rollback = Some(proposal),
            ProposalKind::Config => {}
        }
    }

    /// Give the slot back if `proposal` holds one.
    pub fn free_slot_of(&mut self, proposal: &Pubkey) {
        if self.approved_proposal == Some(*proposal) {
            self.approved_proposal = None;
        }
        if self.approved_rollback == Some(*proposal) {
            self.approved_rollback = None;
        }
    }

    /// Version, digest and time of the last upgrade agree; what belongs to an upgrade is there only while it runs;
    /// nothing waits for a released program.
    pub fn invariant(&self) -> Result<()> {
        validate_timelock(self.timelock).map_err(WindlassError::from)?;
        let untouched = self.last_upgrade_at == 0 && self.code_digest == [0; 32];
        let agrees = self.version != 0 || untouched;
        let upgraded = self.last_upgrade_proposal.is_some();
        let of_upgrade = upgraded || (self.rollback.is_none() && self.migration.is_none());
        let kept = self.rollback.is_none_or(|kept| kept.version < self.version && kept.len > 0);
        let migrating = !self.migration_open || self.migration.is_some();
        let waits =
            self.approved_proposal.is_some() || self.approved_rollback.is_some() || self.migration_open;
        let free = !self.released || !waits;
        require!(agrees && of_upgrade && kept && migrating && free, WindlassError::InvariantViolated);
        Ok(())
    }
}
