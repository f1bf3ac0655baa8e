use anchor_lang::prelude::*;
use windlass_rules::transfer::check_new_authority;

use crate::errors::WindlassError;
use crate::events::TransferProposed;
use crate::opening::{Opening, Subject};
use crate::seeds;
use crate::state::{MultisigConfig, ProgramUpgradeState, ProposalKind, UpgradeProposal};
use crate::transaction::newest_slot_hash;

#[event_cpi]
#[derive(Accounts)]
pub struct ProposeTransfer<'info> {
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

impl ProposeTransfer<'_> {
    pub fn run(ctx: Context<Self>, new_authority: Pubkey) -> Result<()> {
        let opening = Opening {
            multisig: ctx.accounts.multisig.key(),
            proposal: ctx.accounts.proposal.key(),
            bump: ctx.bumps.proposal,
            proposer: ctx.accounts.proposer.key(),
            payer: ctx.accounts.payer.key(),
            slot_hash: newest_slot_hash(&ctx.accounts.slot_hashes)?,
            now: Clock::get()?.unix_timestamp,
        };
        let rules = ctx.accounts.program_state.rules();
        let program = ctx.accounts.program_state.program;
        let (upgrade_authority, _) = seeds::upgrade_authority(&opening.multisig, &program);
        check_new_authority(&new_authority.to_bytes(), &upgrade_authority.to_bytes())
            .map_err(WindlassError::from)?;
        let (proposal, payer) = (&ctx.accounts.proposal, &ctx.accounts.payer);
        let multisig = &mut ctx.accounts.multisig;
        let subject = Subject {
            new_authority: Some(new_authority),
            ..Subject::new(ProposalKind::Transfer, program, rules.version)
        };
        let proposal = opening.open(multisig, Some(&rules), proposal, payer, subject)?;
        let event = record(multisig, &proposal, &opening, new_authority)?;
        emit_cpi!(event);
        Ok(())
    }
}

#[inline(never)]
fn record(
    multisig: &mut MultisigConfig,
    proposal: &UpgradeProposal,
    opening: &Opening,
    new_authority: Pubkey,
) -> Result<TransferProposed> {
    let event = multisig.stream.record(opening.multisig, opening.now, |header| TransferProposed {
        header,
        multisig: opening.multisig,
        program: proposal.program,
        proposal: opening.proposal,
        id: proposal.id,
        kind: proposal.kind,
        proposer: proposal.proposer,
        payer: proposal.payer,
        new_authority,
        base_version: proposal.base_version,
        config_seq: proposal.config_seq,
        slot_hash: proposal.slot_hash,
        digest: proposal.digest,
        expires_at: proposal.expires_at,
    })?;
    multisig.invariant()?;
    Ok(event)
}
