use anchor_lang::prelude::*;

use crate::events::MultisigInitialized;
use crate::seeds;
use crate::state::{MultisigConfig, MultisigParams};

#[event_cpi]
#[derive(Accounts)]
pub struct InitializeMultisig<'info> {
    #[account(
        init,
        payer = payer,
        space = MultisigConfig::SPACE,
        seeds = [seeds::MULTISIG, create_key.key().as_ref()],
        bump,
    )]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    /// Signs, so that nobody else can take the address first.
    pub create_key: Signer<'info>,
    #[account(mut)]
    pub payer: Signer<'info>,
    pub system_program: Program<'info, System>,
}

impl InitializeMultisig<'_> {
    pub fn run(ctx: Context<Self>, params: MultisigParams) -> Result<()> {
        let address = ctx.accounts.multisig.key();
        let create_key = ctx.accounts.create_key.key();
        let now = Clock::get()?.unix_timestamp;

        let multisig: &mut MultisigConfig = &mut ctx.accounts.multisig;
        *multisig = MultisigConfig::new(&params, create_key, ctx.bumps.multisig);
        multisig.invariant()?;

        let event = multisig.stream.record(address, now, |header| MultisigInitialized {
            header,
            multisig: address,
            create_key,
            members: params.members,
            threshold: params.threshold,
            cancel_threshold: params.cancel_threshold,
            emergency_threshold: params.emergency_threshold,
            timelock: params.timelock,
            rollback_delay: params.rollback_delay,
            grace_period: params.grace_period,
            voting_period: params.voting_period,
        })?;
        emit_cpi!(event);
        Ok(())
    }
}
