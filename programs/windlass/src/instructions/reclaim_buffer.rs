use anchor_lang::prelude::*;
use windlass_rules::reclaim::reclaim;

use crate::errors::WindlassError;
use crate::events::BufferReclaimed;
use crate::loader::{close_buffer, payee, UpgradeableLoader};
use crate::seeds;
use crate::state::{MultisigConfig, UpgradeProposal};

#[event_cpi]
#[derive(Accounts)]
pub struct ReclaimBuffer<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        mut,
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &proposal.id.to_le_bytes()],
        bump = proposal.bump,
    )]
    pub proposal: Box<Account<'info, UpgradeProposal>>,
    /// CHECK: the proposal's buffer, checked in `run` to be under the upgrade authority.
    #[account(mut, address = proposal.buffer @ WindlassError::BufferMismatch)]
    pub buffer: UncheckedAccount<'info>,
    /// CHECK: whoever paid for the proposal gets the buffer's lamports.
    #[account(mut, address = proposal.payer @ WindlassError::SpillMismatch)]
    pub recipient: UncheckedAccount<'info>,
    /// CHECK: an address that only this program signs for; there is no account.
    #[account(
        seeds = [seeds::UPGRADE_AUTHORITY, multisig.key().as_ref(), proposal.program.as_ref()],
        bump,
    )]
    pub upgrade_authority: UncheckedAccount<'info>,
    pub loader: Program<'info, UpgradeableLoader>,
}

impl ReclaimBuffer<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let multisig = &mut ctx.accounts.multisig;
        let proposal = &mut ctx.accounts.proposal;

        reclaim(&proposal.rules(&proposal_key), proposal.buffer_reclaimed).map_err(WindlassError::from)?;
        // Once: later, a buffer at this address may belong to another proposal.
        proposal.buffer_reclaimed = true;
        proposal.invariant(&proposal_key)?;

        let program = proposal.program;
        let recipient = payee(&ctx.accounts.recipient, multisig.to_account_info());
        let event = multisig.stream.record(address, now, |header| BufferReclaimed {
            header,
            multisig: address,
            program,
            proposal: proposal_key,
            buffer: proposal.buffer,
            recipient: recipient.key(),
        })?;
        multisig.invariant()?;
        emit_cpi!(event);

        close_buffer(
            ctx.accounts.buffer.to_account_info(),
            recipient,
            ctx.accounts.upgrade_authority.to_account_info(),
            &[seeds::UPGRADE_AUTHORITY, address.as_ref(), program.as_ref(), &[ctx.bumps.upgrade_authority]],
        )
    }
}
