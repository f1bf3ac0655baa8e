use anchor_lang::prelude::*;

use crate::errors::WindlassError;
use crate::events::MigrationFinalized;
use crate::seeds;
use crate::state::{MigrationTracker, ProgramUpgradeState, UpgradeProposal};

#[event_cpi]
#[derive(Accounts)]
pub struct FinalizeMigration<'info> {
    #[account(
        mut,
        seeds = [seeds::PROGRAM_STATE, tracker.multisig.as_ref(), tracker.program.as_ref()],
        bump = program_state.bump,
        constraint = program_state.migration == Some(tracker.key()) @ WindlassError::TrackerMismatch,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
    #[account(mut, address = tracker.proposal @ WindlassError::TrackerMismatch)]
    pub proposal: Box<Account<'info, UpgradeProposal>>,
    #[account(
        mut,
        seeds = [
            seeds::MIGRATION,
            tracker.multisig.as_ref(),
            tracker.program.as_ref(),
            &tracker.proposal_id.to_le_bytes(),
        ],
        bump = tracker.bump,
    )]
    pub tracker: Box<Account<'info, MigrationTracker>>,
}

impl FinalizeMigration<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.tracker.key();
        let proposal_key = ctx.accounts.proposal.key();
        let program_state = &mut ctx.accounts.program_state;
        let proposal = &mut ctx.accounts.proposal;
        let tracker = &mut ctx.accounts.tracker;

        let (migration, status) = tracker
            .rules()
            .finalize(&program_state.rules(), proposal.status.into(), now)
            .map_err(WindlassError::from)?;
        proposal.status = status.into();
        proposal.invariant(&proposal_key)?;
        program_state.migration_open = false;
        program_state.invariant()?;
        tracker.state = migration.state.into();
        tracker.finalized_at = now;

        let (multisig, program) = (tracker.multisig, tracker.program);
        let event = tracker.stream.record(address, now, |header| MigrationFinalized {
            header,
            multisig,
            program,
            proposal: proposal_key,
            tracker: address,
            migrated: migration.migrated,
            reverted: migration.reverted,
        })?;
        tracker.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
