use anchor_lang::prelude::*;
use solana_sdk_ids::sysvar;
use windlass_rules::config_change::change_config;
use windlass_rules::execute::Execution;

use crate::errors::WindlassError;
use crate::events::ConfigChanged;
use crate::seeds;
use crate::state::{MultisigConfig, UpgradeProposal};
use crate::transaction::has_durable_nonce;

#[event_cpi]
#[derive(Accounts)]
pub struct ExecuteConfig<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        mut,
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &proposal.id.to_le_bytes()],
        bump = proposal.bump,
    )]
    pub proposal: Box<Account<'info, UpgradeProposal>>,
    /// Anyone.
    pub executor: Signer<'info>,
    /// CHECK: the sysvar.
    #[account(address = sysvar::instructions::ID @ WindlassError::SysvarInvalid)]
    pub instructions: UncheckedAccount<'info>,
}

impl ExecuteConfig<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let executor = ctx.accounts.executor.key();
        let durable_nonce = has_durable_nonce(&ctx.accounts.instructions)?;
        let multisig = &mut ctx.accounts.multisig;
        let proposal = &mut ctx.accounts.proposal;

        let old = multisig.params();
        let new = proposal.new_config.clone().ok_or(WindlassError::InvalidState)?;
        let changed = change_config(
            &multisig.rules(),
            &new.rules(multisig.config_seq, multisig.pause()),
            &proposal.rules(&proposal_key),
            &Execution { now, durable_nonce, buffer_len: 0 },
        )
        .map_err(WindlassError::from)?;

        proposal.status = changed.status.into();
        proposal.closed_at = now;
        proposal.invariant(&proposal_key)?;
        multisig.change(&new, changed.config_seq);

        let event = multisig.stream.record(address, now, |header| ConfigChanged {
            header,
            multisig: address,
            proposal: proposal_key,
            executor,
            config_seq: changed.config_seq,
            old,
            new,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
