use anchor_lang::prelude::*;

use crate::instructions::Migrate;
use crate::state::{CollateralVault, Release1};

/// The mirror image of `migrate`: release 1 goes on with what the vault holds now.
pub fn revert(ctx: Context<Migrate>) -> Result<()> {
    let account = ctx.accounts.authorized()?;
    let vault = CollateralVault::try_deserialize(&mut &account.try_borrow_data()?[..])?;
    let former = Release1::from(vault);
    former.try_serialize(&mut &mut account.try_borrow_mut_data()?[..])?;
    account.resize(Release1::SPACE)?;
    Ok(())
}
