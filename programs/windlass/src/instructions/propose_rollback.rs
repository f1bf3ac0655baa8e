use anchor_lang::prelude::*;

use crate::errors::WindlassError;
use crate::events::RollbackProposed;
use crate::opening::{Opening, Subject};
use crate::seeds;
use crate::state::{MultisigConfig, ProgramUpgradeState, ProposalKind, UpgradeProposal};
use crate::transaction::newest_slot_hash;

#[event_cpi]
#[derive(Accounts)]
pub struct ProposeRollback<'info> {
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
    /// A member who may propose.
    pub proposer: Signer<'info>,
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the sysvar, too long to deserialize; its address is checked where it is read.
    pub slot_hashes: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl ProposeRollback<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let opening = Opening {
            multisig: ctx.accounts.multisig.key(),
            proposal: ctx.accounts.proposal.key(),
            bump: ctx.bumps.proposal,
            proposer: ctx.accounts.proposer.key(),
            payer: ctx.accounts.payer.key(),
            slot_hash: newest_slot_hash(&ctx.accounts.slot_hashes)?,
            now: Clock::get()?.unix_timestamp,
        };
        let program_state = &ctx.accounts.program_state;
        let rules = program_state.rules();
        let kept = program_state.rollback.ok_or(WindlassError::NothingToRollBack)?;
        let upgrade = program_state.last_upgrade_proposal.ok_or(WindlassError::NothingToRollBack)?;
        let subject = Subject {
            buffer: kept.buffer,
            buffer_len: kept.len,
            code_digest: kept.code_digest,
            rolls_back: Some(upgrade),
            ..Subject::new(ProposalKind::Rollback, program_state.program, rules.version)
        };
        let (proposal, payer) = (&ctx.accounts.proposal, &ctx.accounts.payer);
        let multisig = &mut ctx.accounts.multisig;
        let proposal = opening.open(multisig, Some(&rules), proposal, payer, subject)?;
        let event = record(multisig, &proposal, &opening, upgrade)?;
        emit_cpi!(event);
        Ok(())
    }
}

#[inline(never)]
fn record(
    multisig: &mut MultisigConfig,
    proposal: &UpgradeProposal,
    opening: &Opening,
    upgrade_proposal: Pubkey,
) -> Result<RollbackProposed> {
    let event = multisig.stream.record(opening.multisig, opening.now, |header| RollbackProposed {
        header,
        multisig: opening.multisig,
        program: proposal.program,
        proposal: opening.proposal,
        id: proposal.id,
        kind: proposal.kind,
        proposer: proposal.proposer,
        payer: proposal.payer,
        upgrade_proposal,
        buffer: proposal.buffer,
        buffer_len: proposal.buffer_len,
        code_digest: proposal.code_digest,
        base_version: proposal.base_version,
        config_seq: proposal.config_seq,
        slot_hash: proposal.slot_hash,
        digest: proposal.digest,
        expires_at: proposal.expires_at,
    })?;
    multisig.invariant()?;
    Ok(event)
}
