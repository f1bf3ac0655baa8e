use anchor_lang::prelude::*;

use crate::errors::VaultError;
use crate::events::AdminChanged;
use crate::seeds;
use crate::state::VaultAuthority;

#[event_cpi]
#[derive(Accounts)]
pub struct SetAdmin<'info> {
    #[account(
        mut,
        seeds = [seeds::AUTHORITY],
        bump = authority.bump,
        has_one = admin @ VaultError::NotAdmin,
    )]
    pub authority: Box<Account<'info, VaultAuthority>>,
    pub admin: Signer<'info>,
    /// Signs too, so that the office cannot go to a key that nobody holds.
    pub new_admin: Signer<'info>,
}

impl SetAdmin<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.authority.key();
        let (from, to) = (ctx.accounts.admin.key(), ctx.accounts.new_admin.key());

        let authority: &mut VaultAuthority = &mut ctx.accounts.authority;
        authority.admin = to;
        authority.invariant()?;

        let event = authority.stream.record(address, now, |header| AdminChanged {
            header,
            authority: address,
            from,
            to,
        })?;
        emit_cpi!(event);
        Ok(())
    }
}
