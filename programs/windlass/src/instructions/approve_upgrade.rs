use anchor_lang::prelude::*;
use solana_sdk_ids::sysvar;
use windlass_rules::approve::{approve, Approval};

use crate::errors::WindlassError;
use crate::events::UpgradeApproved;
use crate::seeds;
use crate::state::{MultisigConfig, ProgramUpgradeState, UpgradeProposal, Vote};
use crate::transaction::{has_durable_nonce, is_nested};

#[event_cpi]
#[derive(Accounts)]
pub struct ApproveUpgrade<'info> {
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
    /// CHECK: the sysvar.
    #[account(address = sysvar::instructions::ID @ WindlassError::SysvarInvalid)]
    pub instructions: UncheckedAccount<'info>,
}

impl ApproveUpgrade<'_> {
    pub fn run(ctx: Context<Self>, digest: [u8; 32]) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let member = ctx.accounts.member.key();
        let multisig: &mut MultisigConfig = &mut ctx.accounts.multisig;
        let program_state = &mut ctx.accounts.program_state;
        let proposal = &mut ctx.accounts.proposal;

        let approval = Approval {
            member: member.to_bytes(),
            digest,
            now,
            durable_nonce: has_durable_nonce(&ctx.accounts.instructions)?,
            nested: is_nested(),
            on_curve: member.is_on_curve(),
        };
        let rules = proposal.rules(&proposal_key);
        let approved = approve(&multisig.rules(), &program_state.rules(), &rules, &approval)
            .map_err(WindlassError::from)?;

        proposal.approvals.push(Vote { member, at: now });
        proposal.status = approved.status.into();
        proposal.eta = approved.eta;
        proposal.expires_at = approved.expires_at;
        if approved.crosses {
            proposal.approved_at = now;
            program_state.approved_proposal = Some(proposal_key);
        }
        proposal.invariant(&proposal_key)?;
        program_state.invariant()?;

        let event = multisig.stream.record(address, now, |header| UpgradeApproved {
            header,
            multisig: address,
            program: proposal.program,
            proposal: proposal_key,
            member,
            approvals: approved.approvals,
            threshold: multisig.threshold,
            status: proposal.status,
            eta: proposal.eta,
            expires_at: proposal.expires_at,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
