use anchor_lang::prelude::*;
use windlass_rules::cancel::cancel;

use crate::errors::WindlassError;
use crate::events::{CancelVoted, UpgradeCancelled};
use crate::seeds;
use crate::state::{MultisigConfig, ProgramUpgradeState, ProposalStatus, UpgradeProposal, Vote};

#[event_cpi]
#[derive(Accounts)]
pub struct CancelUpgrade<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        mut,
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), program_state.program.as_ref()],
        bump = program_state.bump,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
    #[account(
        mut,
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &proposal.id.to_le_bytes()],
        bump = proposal.bump,
        constraint = proposal.program == program_state.program @ WindlassError::ProgramMismatch,
    )]
    pub proposal: Box<Account<'info, UpgradeProposal>>,
    pub member: Signer<'info>,
}

impl CancelUpgrade<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let member = ctx.accounts.member.key();
        let multisig: &mut MultisigConfig = &mut ctx.accounts.multisig;
        let program_state = &mut ctx.accounts.program_state;
        let proposal = &mut ctx.accounts.proposal;
        let program = proposal.program;

        let vote = cancel(&multisig.rules(), &proposal.rules(&proposal_key), &member.to_bytes())
            .map_err(WindlassError::from)?;
        let cancel_votes = vote.cancel_votes;
        if !vote.withdrawn {
            proposal.cancel_votes.push(Vote { member, at: now });
        }
        proposal.status = vote.status.into();
        if proposal.status != ProposalStatus::Cancelled {
            proposal.invariant(&proposal_key)?;
            let event = multisig.stream.record(address, now, |header| CancelVoted {
                header,
                multisig: address,
                program,
                proposal: proposal_key,
                member,
                cancel_votes,
                cancel_threshold: multisig.cancel_threshold,
            })?;
            multisig.invariant()?;
            emit_cpi!(event);
            return Ok(());
        }

        proposal.closed_at = now;
        proposal.invariant(&proposal_key)?;
        program_state.free_slot_of(&proposal_key);
        program_state.invariant()?;
        multisig.close_proposal_of(&proposal.proposer)?;
        let event = multisig.stream.record(address, now, |header| UpgradeCancelled {
            header,
            multisig: address,
            program,
            proposal: proposal_key,
            member,
            withdrawn: vote.withdrawn,
            cancel_votes,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
