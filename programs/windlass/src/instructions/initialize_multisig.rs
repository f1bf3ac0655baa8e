use anchor_lang::prelude::*;

use crate::creation::create;
use crate::events::MultisigInitialized;
use crate::seeds;
use crate::state::{MultisigConfig, MultisigParams};

#[event_cpi]
#[derive(Accounts)]
pub struct InitializeMultisig<'info> {
    /// CHECK: made in `run`, at this address and no other.
    #[account(
        mut,
        seeds = [seeds::MULTISIG, create_key.key().as_ref()],
        bump,
    )]
    pub multisig: UncheckedAccount<'info>,
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

        let bump = ctx.bumps.multisig;
        let mut multisig = Box::new(MultisigConfig::new(&params, create_key, bump));
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
        let account = &ctx.accounts.multisig;
        let seeds: [&[u8]; 3] = [seeds::MULTISIG, create_key.as_ref(), &[bump]];
        create(account, &ctx.accounts.payer, MultisigConfig::SPACE, &seeds)?;
        multisig.try_serialize(&mut &mut account.try_borrow_mut_data()?[..])?;
        emit_cpi!(event);
        Ok(())
    }
}
