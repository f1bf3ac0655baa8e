use anchor_lang::prelude::*;
use windlass_rules::reclaim::retire;

use crate::errors::WindlassError;
use crate::events::RollbackBufferRetired;
use crate::loader::{close_buffer, payee, UpgradeableLoader};
use crate::seeds;
use crate::state::{MultisigConfig, ProgramUpgradeState, UpgradeProposal};

#[event_cpi]
#[derive(Accounts)]
pub struct RetireRollback<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        mut,
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), proposal.program.as_ref()],
        bump = program_state.bump,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
    /// The upgrade's for which the copy was kept.
    #[account(
        mut,
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &proposal.id.to_le_bytes()],
        bump = proposal.bump,
    )]
    pub proposal: Box<Account<'info, UpgradeProposal>>,
    /// CHECK: checked in `run` to be the kept copy.
    #[account(mut)]
    pub buffer: UncheckedAccount<'info>,
    /// CHECK: checked in `run`: whoever uploaded the copy gets its lamports.
    #[account(mut)]
    pub recipient: UncheckedAccount<'info>,
    /// CHECK: an address that only this program signs for; there is no account.
    #[account(
        seeds = [seeds::UPGRADE_AUTHORITY, multisig.key().as_ref(), proposal.program.as_ref()],
        bump = program_state.upgrade_authority_bump,
    )]
    pub upgrade_authority: UncheckedAccount<'info>,
    pub loader: Program<'info, UpgradeableLoader>,
}

impl RetireRollback<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let multisig = &mut ctx.accounts.multisig;
        let program_state = &mut ctx.accounts.program_state;
        let proposal = &mut ctx.accounts.proposal;

        let kept = proposal.rollback_buffer.ok_or(WindlassError::NothingToRollBack)?;
        require_keys_eq!(ctx.accounts.buffer.key(), kept.buffer, WindlassError::BufferMismatch);
        require_keys_eq!(ctx.accounts.recipient.key(), kept.payer, WindlassError::SpillMismatch);
        let rules = proposal.rules(&proposal_key);
        retire(&program_state.rules(), &rules, &kept.buffer.to_bytes(), now).map_err(WindlassError::from)?;

        proposal.rollback_buffer = None;
        proposal.invariant(&proposal_key)?;
        if program_state.rollback.is_some_and(|current| current.buffer == kept.buffer) {
            program_state.rollback = None;
        }
        program_state.invariant()?;

        let program = proposal.program;
        let recipient = payee(&ctx.accounts.recipient, multisig.to_account_info());
        let event = multisig.stream.record(address, now, |header| RollbackBufferRetired {
            header,
            multisig: address,
            program,
            proposal: proposal_key,
            buffer: kept.buffer,
            recipient: recipient.key(),
        })?;
        multisig.invariant()?;
        emit_cpi!(event);

        let bump = [ctx.accounts.program_state.upgrade_authority_bump];
        close_buffer(
            ctx.accounts.buffer.to_account_info(),
            recipient,
            ctx.accounts.upgrade_authority.to_account_info(),
            &[seeds::UPGRADE_AUTHORITY, address.as_ref(), program.as_ref(), &bump],
        )
    }
}
