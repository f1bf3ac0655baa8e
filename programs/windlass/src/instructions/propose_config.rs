use anchor_lang::prelude::*;

use crate::errors::WindlassError;
use crate::events::ConfigProposed;
use crate::opening::{Opening, Subject};
use crate::seeds;
use crate::state::{MultisigConfig, MultisigParams, ProposalKind, UpgradeProposal};
use crate::transaction::newest_slot_hash;

#[event_cpi]
#[derive(Accounts)]
pub struct ProposeConfig<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
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

impl ProposeConfig<'_> {
    pub fn run(ctx: Context<Self>, config: MultisigParams) -> Result<()> {
        let opening = Opening {
            multisig: ctx.accounts.multisig.key(),
            proposal: ctx.accounts.proposal.key(),
            bump: ctx.bumps.proposal,
            proposer: ctx.accounts.proposer.key(),
            payer: ctx.accounts.payer.key(),
            slot_hash: newest_slot_hash(&ctx.accounts.slot_hashes)?,
            now: Clock::get()?.unix_timestamp,
        };
        let (proposal, payer) = (&ctx.accounts.proposal, &ctx.accounts.payer);
        let multisig = &mut ctx.accounts.multisig;
        config.rules(multisig.config_seq, multisig.pause()).validate().map_err(WindlassError::from)?;
        let subject = Subject {
            new_config: Some(config.clone()),
            ..Subject::new(ProposalKind::Config, Pubkey::default(), 0)
        };
        let proposal = opening.open(multisig, None, proposal, payer, subject)?;
        let event = record(multisig, &proposal, &opening, config)?;
        emit_cpi!(event);
        Ok(())
    }
}

#[inline(never)]
fn record(
    multisig: &mut MultisigConfig,
    proposal: &UpgradeProposal,
    opening: &Opening,
    config: MultisigParams,
) -> Result<ConfigProposed> {
    let event = multisig.stream.record(opening.multisig, opening.now, |header| ConfigProposed {
        header,
        multisig: opening.multisig,
        proposal: opening.proposal,
        id: proposal.id,
        kind: proposal.kind,
        proposer: proposal.proposer,
        payer: proposal.payer,
        config,
        config_seq: proposal.config_seq,
        slot_hash: proposal.slot_hash,
        digest: proposal.digest,
        expires_at: proposal.expires_at,
    })?;
    multisig.invariant()?;
    Ok(event)
}
