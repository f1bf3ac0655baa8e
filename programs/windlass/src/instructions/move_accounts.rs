use anchor_lang::prelude::*;
use windlass_rules::migration_plan::Side;

use crate::errors::WindlassError;
use crate::events::{AccountMigrated, AccountReverted};
use crate::migration::Mover;
use crate::receipt;
use crate::seeds;
use crate::state::{MigrationTracker, MultisigConfig, ProgramUpgradeState};

/// `migrate_account` and `revert_account`: the same accounts, moved in opposite directions. The accounts to move follow
/// as remaining accounts, writable; each with its AccountVersion, writable, right after it where the plan has receipts.
#[event_cpi]
#[derive(Accounts)]
pub struct MoveAccounts<'info> {
    #[account(seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), governed_program.key().as_ref()],
        bump = program_state.bump,
        constraint = program_state.migration == Some(tracker.key()) @ WindlassError::TrackerMismatch,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
    #[account(
        mut,
        seeds = [
            seeds::MIGRATION,
            multisig.key().as_ref(),
            governed_program.key().as_ref(),
            &tracker.proposal_id.to_le_bytes(),
        ],
        bump = tracker.bump,
    )]
    pub tracker: Box<Account<'info, MigrationTracker>>,
    /// CHECK: bound to state and tracker by their seeds.
    pub governed_program: UncheckedAccount<'info>,
    /// CHECK: an address that only this program signs for; there is no account.
    #[account(
        seeds = [seeds::MIGRATION_AUTHORITY, multisig.key().as_ref(), governed_program.key().as_ref()],
        bump = tracker.migration_authority_bump,
    )]
    pub migration_authority: UncheckedAccount<'info>,
    /// Anyone; pays what the accounts lack to be rent-exempt, and for receipts. The governed program never sees it.
    #[account(mut)]
    pub payer: Signer<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> MoveAccounts<'info> {
    pub fn run(ctx: Context<'info, Self>, to: Side) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let multisig = ctx.accounts.multisig.key();
        let program = ctx.accounts.governed_program.key();
        let tracker_key = ctx.accounts.tracker.key();
        let payer = ctx.accounts.payer.to_account_info();
        let accounts = ctx.remaining_accounts;

        let paused = ctx.accounts.multisig.pause().in_force(now);
        let migration = ctx.accounts.tracker.rules();
        migration
            .require_open(&ctx.accounts.program_state.rules(), to, paused)
            .map_err(WindlassError::from)?;

        let plan = ctx.accounts.tracker.plan.rules();
        let bump = [ctx.accounts.tracker.migration_authority_bump];
        let signer = [seeds::MIGRATION_AUTHORITY, multisig.as_ref(), program.as_ref(), &bump];
        let authority = ctx.accounts.migration_authority.to_account_info();
        let mut mover = Mover::new(&plan, to, program, payer.clone(), authority, &signer)?;

        let with_receipt = if plan.receipts { 2 } else { 1 };
        for accounts in accounts.chunks(with_receipt) {
            require!(accounts.len() == with_receipt, WindlassError::ReceiptMismatch);
            let [account, receipt @ ..] = accounts else { return err!(WindlassError::ReceiptMismatch) };
            // Where Windlass migrates itself: this one is written back at the end.
            require_keys_neq!(account.key(), tracker_key, WindlassError::AccountNotGoverned);
            let Some(moved) = mover.run(account)? else { continue };
            if let [receipt] = receipt {
                receipt::write(receipt, &payer, &tracker_key, account.key, &moved, to, now)?;
            }

            let tracker = &mut ctx.accounts.tracker;
            tracker.count(to)?;
            match to {
                Side::New => {
                    let event = tracker.stream.record(tracker_key, now, |header| AccountMigrated {
                        header,
                        tracker: tracker_key,
                        account: account.key(),
                        layout: moved.layout,
                        before: moved.before,
                        after: moved.after,
                    })?;
                    tracker.invariant()?;
                    emit_cpi!(event);
                }
                Side::Old => {
                    let event = tracker.stream.record(tracker_key, now, |header| AccountReverted {
                        header,
                        tracker: tracker_key,
                        account: account.key(),
                        layout: moved.layout,
                        before: moved.before,
                        after: moved.after,
                    })?;
                    tracker.invariant()?;
                    emit_cpi!(event);
                }
            }
        }
        Ok(())
    }
}
