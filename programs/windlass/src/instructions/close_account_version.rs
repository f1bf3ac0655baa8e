use anchor_lang::prelude::*;

use crate::errors::WindlassError;
use crate::events::AccountVersionClosed;
use crate::seeds;
use crate::state::{AccountVersion, MigrationTracker, ProgramUpgradeState};

#[event_cpi]
#[derive(Accounts)]
pub struct CloseAccountVersion<'info> {
    #[account(
        seeds = [seeds::PROGRAM_STATE, tracker.multisig.as_ref(), tracker.program.as_ref()],
        bump = program_state.bump,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
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
    #[account(
        mut,
        close = payer,
        seeds = [seeds::ACCOUNT_VERSION, tracker.key().as_ref(), account_version.account.as_ref()],
        bump = account_version.bump,
    )]
    pub account_version: Box<Account<'info, AccountVersion>>,
    /// CHECK: whoever paid for the receipt gets its lamports.
    #[account(mut, address = account_version.payer @ WindlassError::SpillMismatch)]
    pub payer: UncheckedAccount<'info>,
}

impl CloseAccountVersion<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.tracker.key();
        let program = ctx.accounts.program_state.rules();
        let (account, payer) = (ctx.accounts.account_version.account, ctx.accounts.payer.key());
        let tracker = &mut ctx.accounts.tracker;
        tracker.rules().require_receipts_over(&program).map_err(WindlassError::from)?;

        let event = tracker.stream.record(address, now, |header| AccountVersionClosed {
            header,
            tracker: address,
            account,
            payer,
        })?;
        tracker.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
