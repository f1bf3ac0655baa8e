use anchor_lang::prelude::*;

use crate::errors::VaultError;
use crate::events::ProgramDeauthorized;
use crate::seeds;
use crate::state::VaultAuthority;

#[event_cpi]
#[derive(Accounts)]
pub struct RemoveAuthorizedProgram<'info> {
    #[account(
        mut,
        seeds = [seeds::AUTHORITY],
        bump = authority.bump,
        has_one = admin @ VaultError::NotAdmin,
    )]
    pub authority: Box<Account<'info, VaultAuthority>>,
    pub admin: Signer<'info>,
    /// CHECK: only its address is asked for: a program that was closed can be removed too.
    pub authorized_program: UncheckedAccount<'info>,
}

impl RemoveAuthorizedProgram<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.authority.key();
        let program = ctx.accounts.authorized_program.key();

        let authority: &mut VaultAuthority = &mut ctx.accounts.authority;
        let removed = authority.deauthorize(program)?;

        let event = authority.stream.record(address, now, |header| ProgramDeauthorized {
            header,
            authority: address,
            program: removed.program,
            signer: removed.signer,
        })?;
        emit_cpi!(event);
        Ok(())
    }
}
