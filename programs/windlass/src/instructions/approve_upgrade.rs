use anchor_lang::prelude::*;
use solana_sdk_ids::sysvar;
use windlass_rules::approve::{approve, Approval};

use crate::errors::WindlassError;
use crate::events::UpgradeApproved;
use crate::seeds;
use crate::slot::take_slot;
use crate::state::{MigrationTracker, MultisigConfig, ProgramUpgradeState, UpgradeProposal, Vote};
use crate::transaction::{has_durable_nonce, is_nested};

#[event_cpi]
#[derive(Accounts)]
pub struct ApproveUpgrade<'info> {
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
    /// CHECK: the sysvar.
    #[account(address = sysvar::instructions::ID @ WindlassError::SysvarInvalid)]
    pub instructions: UncheckedAccount<'info>,
    /// The running version's, where it has a migration and this is a rollback.
    #[account(mut)]
    pub tracker: Option<Box<Account<'info, MigrationTracker>>>,
}

impl ApproveUpgrade<'_> {
    pub fn run(ctx: Context<Self>, digest: [u8; 32]) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let member = ctx.accounts.member.key();
        let multisig = &mut ctx.accounts.multisig;
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
        let program = ctx.accounts.program_state.as_ref().map(|state| state.rules());
        let approved =
            approve(&multisig.rules(), program.as_ref(), &rules, &approval).map_err(WindlassError::from)?;

        proposal.approvals.push(Vote { member, at: now });
        proposal.status = approved.status.into();
        proposal.eta = approved.eta;
        proposal.pause_mark = approved.pause_mark;
        proposal.expires_at = approved.expires_at;
        if approved.crosses {
            proposal.approved_at = now;
            if let Some(program_state) = ctx.accounts.program_state.as_mut() {
                take_slot(program_state, &mut ctx.accounts.tracker, proposal.kind, proposal_key)?;
            }
        }
        proposal.invariant(&proposal_key)?;

        let threshold = multisig.rules().threshold_of(proposal.kind.into());
        let event = multisig.stream.record(address, now, |header| UpgradeApproved {
            header,
            multisig: address,
            program: proposal.program,
            proposal: proposal_key,
            member,
            approvals: approved.approvals,
            threshold,
            status: proposal.status,
            eta: proposal.eta,
            expires_at: proposal.expires_at,
            kind: proposal.kind,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
