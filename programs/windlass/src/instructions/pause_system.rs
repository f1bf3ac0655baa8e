use anchor_lang::prelude::*;
use windlass_rules::pause::pause;

use crate::errors::WindlassError;
use crate::events::SystemPaused;
use crate::seeds;
use crate::state::MultisigConfig;

#[event_cpi]
#[derive(Accounts)]
pub struct PauseSystem<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    /// A member with the role of a guard.
    pub guard: Signer<'info>,
}

impl PauseSystem<'_> {
    pub fn run(ctx: Context<Self>, seconds: i64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let guard = ctx.accounts.guard.key();
        let multisig = &mut ctx.accounts.multisig;

        let paused =
            pause(&multisig.rules(), &guard.to_bytes(), seconds, now).map_err(WindlassError::from)?;
        multisig.set_pause(&paused);

        let event = multisig.stream.record(address, now, |header| SystemPaused {
            header,
            multisig: address,
            guard,
            until: paused.until,
            accumulated_pause: paused.accumulated,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
