use anchor_lang::prelude::*;

use crate::errors::WindlassError;
use crate::events::UpgradeProposed;
use crate::loader::{buffer_len, set_authority_checked, UpgradeableLoader};
use crate::opening::{Opening, Subject};
use crate::seeds;
use crate::state::{MigrationPlan, MultisigConfig, ProgramUpgradeState, ProposalKind, UpgradeProposal};
use crate::transaction::newest_slot_hash;

#[event_cpi]
#[derive(Accounts)]
pub struct ProposeUpgrade<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), program_state.program.as_ref()],
        bump = program_state.bump,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
    /// CHECK: made in `run`, at this address and no other.
    #[account(
        mut,
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &multisig.next_proposal_id()?.to_le_bytes()],
        bump,
    )]
    pub proposal: UncheckedAccount<'info>,
    /// CHECK: a buffer under the proposer, checked in `run`.
    #[account(mut)]
    pub buffer: UncheckedAccount<'info>,
    /// CHECK: an address that only this program signs for; there is no account.
    #[account(
        seeds = [seeds::UPGRADE_AUTHORITY, multisig.key().as_ref(), program_state.program.as_ref()],
        bump = program_state.upgrade_authority_bump,
    )]
    pub upgrade_authority: UncheckedAccount<'info>,
    /// A member who may propose, and the buffer's authority.
    pub proposer: Signer<'info>,
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the sysvar, too long to deserialize; its address is checked where it is read.
    pub slot_hashes: UncheckedAccount<'info>,
    pub loader: Program<'info, UpgradeableLoader>,
    pub system_program: Program<'info, System>,
}

impl ProposeUpgrade<'_> {
    pub fn run(
        ctx: Context<Self>,
        code_digest: [u8; 32],
        no_rollback: bool,
        plan: Option<MigrationPlan>,
    ) -> Result<()> {
        let address = ctx.accounts.multisig.key();
        let proposer = ctx.accounts.proposer.key();
        let program = ctx.accounts.program_state.program;
        let opening = Opening {
            multisig: address,
            proposal: ctx.accounts.proposal.key(),
            bump: ctx.bumps.proposal,
            proposer,
            payer: ctx.accounts.payer.key(),
            slot_hash: newest_slot_hash(&ctx.accounts.slot_hashes)?,
            now: Clock::get()?.unix_timestamp,
        };
        let rules = ctx.accounts.program_state.rules();
        let subject = Subject {
            buffer: ctx.accounts.buffer.key(),
            // A buffer under the upgrade authority already belongs to another proposal: the proposer must hold it.
            buffer_len: buffer_len(&ctx.accounts.buffer, &proposer)?,
            code_digest,
            no_rollback,
            plan: checked(plan)?,
            ..Subject::new(ProposalKind::Upgrade, program, rules.version)
        };
        let (proposal, payer) = (&ctx.accounts.proposal, &ctx.accounts.payer);
        let multisig = &mut ctx.accounts.multisig;
        let proposal = opening.open(multisig, Some(&rules), proposal, payer, subject)?;

        set_authority_checked(
            ctx.accounts.buffer.to_account_info(),
            ctx.accounts.proposer.to_account_info(),
            ctx.accounts.upgrade_authority.to_account_info(),
            &[
                seeds::UPGRADE_AUTHORITY,
                address.as_ref(),
                program.as_ref(),
                &[ctx.accounts.program_state.upgrade_authority_bump],
            ],
        )?;
        let event = record(&mut ctx.accounts.multisig, &proposal, &opening)?;
        emit_cpi!(event);
        Ok(())
    }
}

fn checked(plan: Option<MigrationPlan>) -> Result<Option<MigrationPlan>> {
    if let Some(plan) = &plan {
        plan.rules().validate().map_err(WindlassError::from)?;
    }
    Ok(plan)
}

#[inline(never)]
fn record(
    multisig: &mut MultisigConfig,
    proposal: &UpgradeProposal,
    opening: &Opening,
) -> Result<UpgradeProposed> {
    let event = multisig.stream.record(opening.multisig, opening.now, |header| UpgradeProposed {
        header,
        multisig: opening.multisig,
        program: proposal.program,
        proposal: opening.proposal,
        id: proposal.id,
        kind: proposal.kind,
        proposer: proposal.proposer,
        payer: proposal.payer,
        buffer: proposal.buffer,
        buffer_len: proposal.buffer_len,
        code_digest: proposal.code_digest,
        base_version: proposal.base_version,
        no_rollback: proposal.no_rollback,
        config_seq: proposal.config_seq,
        slot_hash: proposal.slot_hash,
        digest: proposal.digest,
        expires_at: proposal.expires_at,
        plan: proposal.plan.clone(),
    })?;
    multisig.invariant()?;
    Ok(event)
}
