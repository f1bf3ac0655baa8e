use anchor_lang::prelude::*;

use crate::errors::VaultError;
use crate::events::AuthorityInitialized;
use crate::program::CollateralVault as VaultProgram;
use crate::seeds;
use crate::state::VaultAuthority;

/// The first admin is named by whoever could replace this program's code anyway, so that nobody can be faster. Once the
/// program is handed over, its upgrade authority is an address that signs the loader's calls only: this comes before.
#[event_cpi]
#[derive(Accounts)]
pub struct InitializeAuthority<'info> {
    #[account(init, payer = payer, space = VaultAuthority::SPACE, seeds = [seeds::AUTHORITY], bump)]
    pub authority: Box<Account<'info, VaultAuthority>>,
    #[account(constraint = vault_program.programdata_address()? == Some(program_data.key()) @ VaultError::NotUpgradeAuthority)]
    pub vault_program: Program<'info, VaultProgram>,
    #[account(
        constraint = program_data.upgrade_authority_address == Some(upgrade_authority.key())
            @ VaultError::NotUpgradeAuthority,
    )]
    pub program_data: Box<Account<'info, ProgramData>>,
    pub upgrade_authority: Signer<'info>,
    #[account(mut)]
    pub payer: Signer<'info>,
    pub system_program: Program<'info, System>,
}

impl InitializeAuthority<'_> {
    pub fn run(ctx: Context<Self>, admin: Pubkey) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.authority.key();

        let authority: &mut VaultAuthority = &mut ctx.accounts.authority;
        *authority = VaultAuthority::new(admin, ctx.bumps.authority);
        authority.invariant()?;

        let event = authority.stream.record(address, now, |header| AuthorityInitialized {
            header,
            authority: address,
            admin,
        })?;
        emit_cpi!(event);
        Ok(())
    }
}
