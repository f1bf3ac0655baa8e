use anchor_lang::prelude::*;
use solana_sha256_hasher::hashv;
use windlass_rules::code::{check_chunk, next_chunk};

use crate::errors::WindlassError;
use crate::events::BufferVerified;
use crate::loader::read_buffer;
use crate::seeds;
use crate::state::{MultisigConfig, UpgradeProposal};

#[event_cpi]
#[derive(Accounts)]
pub struct VerifyBuffer<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        mut,
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &proposal.id.to_le_bytes()],
        bump = proposal.bump,
    )]
    pub proposal: Box<Account<'info, UpgradeProposal>>,
    /// CHECK: the proposal's buffer, checked in `run` to be under the upgrade authority.
    #[account(address = proposal.buffer @ WindlassError::BufferMismatch)]
    pub buffer: UncheckedAccount<'info>,
}

impl VerifyBuffer<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let proposal = &mut ctx.accounts.proposal;
        let rules = proposal.rules(&proposal_key);

        let chunk = next_chunk(&rules).map_err(WindlassError::from)?;
        let (authority, _) = seeds::upgrade_authority(&address, &proposal.program);
        let digest = read_buffer(&ctx.accounts.buffer, &authority, |program| {
            require!(program.len() == proposal.buffer_len as usize, WindlassError::BufferLengthMismatch);
            let bytes = program
                .get(chunk.start as usize..chunk.end as usize)
                .ok_or(WindlassError::BufferLengthMismatch)?;
            Ok(hashv(&[&proposal.verified_digest, bytes]).to_bytes())
        })??;
        check_chunk(&rules, chunk.end, &digest).map_err(WindlassError::from)?;

        proposal.verified_len = chunk.end;
        proposal.verified_digest = digest;
        proposal.invariant(&proposal_key)?;

        let now = Clock::get()?.unix_timestamp;
        let multisig = &mut ctx.accounts.multisig;
        let event = multisig.stream.record(address, now, |header| BufferVerified {
            header,
            multisig: address,
            program: proposal.program,
            proposal: proposal_key,
            verified_len: proposal.verified_len,
            buffer_len: proposal.buffer_len,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
