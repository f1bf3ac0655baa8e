use anchor_lang::prelude::*;
use windlass_rules::expire::expire;

use crate::errors::WindlassError;
use crate::events::ProposalExpired;
use crate::seeds;
use crate::slot::free_slot;
use crate::state::{MigrationTracker, MultisigConfig, ProgramUpgradeState, UpgradeProposal};

#[event_cpi]
#[derive(Accounts)]
pub struct ExpireProposal<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    /// The proposal's program's; none for a config.
    #[account(
        mut,
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), proposal.program.as_ref()],
        bump = program_state.bump,
    )]
    pub program_state: Option<Box<Account<'info, ProgramUpgradeState>>>,
    #[account(
        mut,
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &proposal.id.to_le_bytes()],
        bump = proposal.bump,
    )]
    pub proposal: Box<Account<'info, UpgradeProposal>>,
    /// The running version's, where it has a migration and this is a rollback.
    #[account(mut)]
    pub tracker: Option<Box<Account<'info, MigrationTracker>>>,
}

impl ExpireProposal<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let multisig = &mut ctx.accounts.multisig;
        let proposal = &mut ctx.accounts.proposal;

        let program = ctx.accounts.program_state.as_ref().map(|state| state.rules());
        let status = expire(&multisig.rules(), program.as_ref(), &proposal.rules(&proposal_key), now)
            .map_err(WindlassError::from)?;

        proposal.status = status.into();
        proposal.closed_at = now;
        proposal.invariant(&proposal_key)?;
        if let Some(program_state) = ctx.accounts.program_state.as_mut() {
            free_slot(program_state, &mut ctx.accounts.tracker, &proposal_key)?;
        }
        multisig.close_proposal_of(&proposal.proposer, proposal.config_seq)?;

        let event = multisig.stream.record(address, now, |header| ProposalExpired {
            header,
            multisig: address,
            program: proposal.program,
            proposal: proposal_key,
            status: proposal.status,
            kind: proposal.kind,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
