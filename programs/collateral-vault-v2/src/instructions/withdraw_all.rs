use anchor_lang::prelude::*;

use crate::instructions::Withdraw;

/// Withdraw everything that is available: an owner who leaves need not know the balance, which may change until the
/// transaction lands. It takes `Withdraw`'s accounts and refuses zero as `Withdraw` does.
pub fn withdraw_all(ctx: Context<Withdraw>) -> Result<()> {
    let available = ctx.accounts.vault.available_balance;
    Withdraw::run(ctx, available)
}
