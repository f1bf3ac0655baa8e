use anchor_lang::prelude::*;

use crate::events::CollateralUnlocked;
use crate::seeds;
use crate::state::{CollateralVault, VaultAuthority};

#[event_cpi]
#[derive(Accounts)]
pub struct UnlockCollateral<'info> {
    #[account(seeds = [seeds::AUTHORITY], bump = authority.bump)]
    pub authority: Box<Account<'info, VaultAuthority>>,
    /// The address "collateral" of an authorized program, which calls.
    pub program_signer: Signer<'info>,
    #[account(mut, seeds = [seeds::VAULT, vault.owner.as_ref()], bump = vault.bump)]
    pub vault: Box<Account<'info, CollateralVault>>,
}

impl UnlockCollateral<'_> {
    pub fn run(ctx: Context<Self>, amount: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.vault.key();
        let program = ctx.accounts.authority.require_authorized(&ctx.accounts.program_signer)?;

        let vault: &mut CollateralVault = &mut ctx.accounts.vault;
        vault.unlock(amount, now)?;
        let event = vault.stream.record(address, now, |header| CollateralUnlocked {
            header,
            vault: address,
            owner: vault.owner,
            program,
            amount,
            total_balance: vault.total_balance,
            locked_balance: vault.locked_balance,
            available_balance: vault.available_balance,
            total_deposited: vault.total_deposited,
            total_withdrawn: vault.total_withdrawn,
        })?;
        emit_cpi!(event);
        Ok(())
    }
}
