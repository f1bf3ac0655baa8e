use anchor_lang::prelude::*;
use windlass_rules::cancel::cancel;

use crate::errors::WindlassError;
use crate::events::{CancelVoted, UpgradeCancelled};
use crate::seeds;
use crate::slot::free_slot;
use crate::state::{
    MigrationTracker, MultisigConfig, ProgramUpgradeState, ProposalStatus, UpgradeProposal, Vote,
};

#[event_cpi]
#[derive(Accounts)]
pub struct CancelUpgrade<'info> {
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
    pub member: Signer<'info>,
    /// The running version's, where it has a migration and this is a rollback.
    #[account(mut)]
    pub tracker: Option<Box<Account<'info, MigrationTracker>>>,
}

impl CancelUpgrade<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let member = ctx.accounts.member.key();
        let multisig = &mut ctx.accounts.multisig;
        let proposal = &mut ctx.accounts.proposal;
        let program = proposal.program;

        let has_program = ctx.accounts.program_state.is_some();
        require!(has_program == proposal.kind.has_program(), WindlassError::ProgramMismatch);
        let vote = cancel(&multisig.rules(), &proposal.rules(&proposal_key), &member.to_bytes())
            .map_err(WindlassError::from)?;
        let cancel_votes = vote.cancel_votes;
        if !vote.withdrawn {
            proposal.cancel_votes.push(Vote { member, at: now });
        }
        proposal.status = vote.status.into();
        if proposal.status != ProposalStatus::Cancelled {
            proposal.invariant(&proposal_key)?;
            let cancel_threshold = multisig.cancel_threshold;
            let event = multisig.stream.record(address, now, |header| CancelVoted {
                header,
                multisig: address,
                program,
                proposal: proposal_key,
                member,
                cancel_votes,
                cancel_threshold,
                kind: proposal.kind,
            })?;
            multisig.invariant()?;
            emit_cpi!(event);
            return Ok(());
        }

        proposal.closed_at = now;
        proposal.invariant(&proposal_key)?;
        if let Some(program_state) = ctx.accounts.program_state.as_mut() {
            free_slot(program_state, &mut ctx.accounts.tracker, &proposal_key)?;
        }
        multisig.close_proposal_of(&proposal.proposer, proposal.config_seq)?;
        let event = multisig.stream.record(address, now, |header| UpgradeCancelled {
            header,
            multisig: address,
            program,
            proposal: proposal_key,
            member,
            withdrawn: vote.withdrawn,
            cancel_votes,
            kind: proposal.kind,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
