use anchor_lang::prelude::*;
use windlass_rules::revoke::revoke;

use crate::errors::WindlassError;
use crate::events::ApprovalRevoked;
use crate::seeds;
use crate::slot::free_slot;
use crate::state::{MigrationTracker, MultisigConfig, ProgramUpgradeState, UpgradeProposal};

#[event_cpi]
#[derive(Accounts)]
pub struct RevokeApproval<'info> {
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
    /// Who approved; whether still a member or not.
    pub member: Signer<'info>,
    /// The running version's, where it has a migration and this is a rollback.
    #[account(mut)]
    pub tracker: Option<Box<Account<'info, MigrationTracker>>>,
}

impl RevokeApproval<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let member = ctx.accounts.member.key();
        let multisig = &mut ctx.accounts.multisig;
        let proposal = &mut ctx.accounts.proposal;

        let has_program = ctx.accounts.program_state.is_some();
        require!(has_program == proposal.kind.has_program(), WindlassError::ProgramMismatch);
        let config = multisig.rules();
        let revoked = revoke(&config, &proposal.rules(&proposal_key), &member.to_bytes())
            .map_err(WindlassError::from)?;

        proposal.approvals.retain(|vote| vote.member != member);
        proposal.status = revoked.status.into();
        proposal.expires_at = revoked.expires_at;
        if revoked.falls {
            proposal.approved_at = 0;
            proposal.eta = 0;
            proposal.pause_mark = 0;
            if let Some(program_state) = ctx.accounts.program_state.as_mut() {
                free_slot(program_state, &mut ctx.accounts.tracker, &proposal_key)?;
            }
        }
        proposal.invariant(&proposal_key)?;

        let threshold = config.threshold_of(proposal.kind.into());
        let event = multisig.stream.record(address, now, |header| ApprovalRevoked {
            header,
            multisig: address,
            program: proposal.program,
            proposal: proposal_key,
            member,
            approvals: revoked.approvals,
            threshold,
            status: proposal.status,
            expires_at: proposal.expires_at,
            kind: proposal.kind,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
