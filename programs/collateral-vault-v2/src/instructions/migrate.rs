use anchor_lang::prelude::*;

use crate::governance::migration_authority;
use crate::state::{CollateralVault, Release1};

/// `migrate` and `revert` get the same two accounts, as `windlass-interface` says.
#[derive(Accounts)]
pub struct Migrate<'info> {
    /// CHECK: its layout is checked where it is read.
    #[account(mut, owner = crate::ID)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: checked in `authorized`.
    pub migration_authority: UncheckedAccount<'info>,
}

impl<'info> Migrate<'info> {
    /// The vault's account, once Windlass has signed.
    pub fn authorized(&self) -> Result<AccountInfo<'info>> {
        migration_authority().require_signed_by(&self.migration_authority)?;
        Ok(self.vault.to_account_info())
    }

    pub fn run(ctx: Context<Self>) -> Result<()> {
        let account = ctx.accounts.authorized()?;
        let former = Release1::try_deserialize(&mut &account.try_borrow_data()?[..])?;
        let vault = CollateralVault::from(former);
        vault.invariant()?;
        account.resize(CollateralVault::SPACE)?;
        vault.try_serialize(&mut &mut account.try_borrow_mut_data()?[..])?;
        Ok(())
    }
}
