use anchor_lang::prelude::*;

use crate::errors::VaultError;
use crate::events::ProgramAuthorized;
use crate::seeds;
use crate::state::{AuthorizedProgram, VaultAuthority};

#[event_cpi]
#[derive(Accounts)]
pub struct AddAuthorizedProgram<'info> {
    #[account(
        mut,
        seeds = [seeds::AUTHORITY],
        bump = authority.bump,
        has_one = admin @ VaultError::NotAdmin,
    )]
    pub authority: Box<Account<'info, VaultAuthority>>,
    pub admin: Signer<'info>,
    /// CHECK: any program.
    #[account(constraint = authorized_program.executable @ VaultError::NotAProgram)]
    pub authorized_program: UncheckedAccount<'info>,
}

impl AddAuthorizedProgram<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.authority.key();
        let added = AuthorizedProgram::new(ctx.accounts.authorized_program.key());

        let authority: &mut VaultAuthority = &mut ctx.accounts.authority;
        authority.authorize(added)?;

        let event = authority.stream.record(address, now, |header| ProgramAuthorized {
            header,
            authority: address,
            program: added.program,
            signer: added.signer,
        })?;
        emit_cpi!(event);
        Ok(())
    }
}
