use anchor_lang::prelude::*;
use windlass_rules::program::{validate_timelock, Program};

use crate::errors::WindlassError;

/// A program under a multisig.
#[account]
#[derive(InitSpace, Debug)]
pub struct ProgramUpgradeState {
    pub bump: u8,
    pub upgrade_authority_bump: u8,
    pub multisig: Pubkey,
    pub program: Pubkey,
    pub program_data: Pubkey,
    /// Executed upgrades; 0 at registration.
    pub version: u64,
    /// Of the code of the last executed upgrade; zeros before the first: unknown.
    pub code_digest: [u8; 32],
    /// Seconds; the program's own, 0 for the multisig's. The longer one counts.
    pub timelock: i64,
    /// Unix seconds; 0: never.
    pub last_upgrade_at: i64,
    /// Holds the program's slot: at most one approved proposal waits at a time.
    pub approved_proposal: Option<Pubkey>,
    /// The upgrade authority was transferred away.
    pub released: bool,
}

impl ProgramUpgradeState {
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    pub fn rules(&self) -> Program {
        Program {
            version: self.version,
            timelock: self.timelock,
            slot: self.approved_proposal.map(|proposal| proposal.to_bytes()),
            released: self.released,
        }
    }

    /// Give the slot back if `proposal` holds it.
    pub fn free_slot_of(&mut self, proposal: &Pubkey) {
        if self.approved_proposal == Some(*proposal) {
            self.approved_proposal = None;
        }
    }

    /// Version, digest and time of the last upgrade agree; nothing waits for a released program.
    pub fn invariant(&self) -> Result<()> {
        validate_timelock(self.timelock).map_err(WindlassError::from)?;
        let never = self.version == 0;
        let agrees = never == (self.last_upgrade_at == 0) && (!never || self.code_digest == [0; 32]);
        let free = !self.released || self.approved_proposal.is_none();
        require!(agrees && free, WindlassError::InvariantViolated);
        Ok(())
    }
}
