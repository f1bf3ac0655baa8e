use anchor_lang::prelude::*;
use windlass_rules::pause::resume;

use crate::errors::WindlassError;
use crate::events::SystemResumed;
use crate::seeds;
use crate::state::MultisigConfig;

#[event_cpi]
#[derive(Accounts)]
pub struct ResumeSystem<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    /// The guard who paused; anyone once the pause has run out.
    pub signer: Signer<'info>,
}

impl ResumeSystem<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let by = ctx.accounts.signer.key();
        let multisig = &mut ctx.accounts.multisig;

        let resumed = resume(&multisig.pause(), &by.to_bytes(), now).map_err(WindlassError::from)?;
        multisig.set_pause(&resumed);

        let event = multisig.stream.record(address, now, |header| SystemResumed {
            header,
            multisig: address,
            by,
            accumulated_pause: resumed.accumulated,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
