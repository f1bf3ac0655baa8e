//! The collateral vault, release 2: release 1 and `withdraw_all`, in the same accounts. An upgrade of release 1 under the
//! same address.
#![forbid(unsafe_code)]

use anchor_lang::prelude::*;

pub mod errors;
pub mod events;
pub mod instructions;
pub mod seeds;
pub mod state;

use instructions::*;

declare_id!("VLT1QGNyVgn3ozzdQcansZmZzPYcazcDQ5gHgDfGCCx");

#[program]
pub mod collateral_vault {
    use super::*;

    /// Open the owner's vault, for one mint.
    pub fn initialize_vault(ctx: Context<InitializeVault>) -> Result<()> {
        InitializeVault::run(ctx)
    }

    /// Move `amount` base units from the owner's token account into the vault.
    pub fn deposit(ctx: Context<Deposit>, amount: u64) -> Result<()> {
        Deposit::run(ctx, amount)
    }

    /// Move `amount` base units of what is available out of the vault.
    pub fn withdraw(ctx: Context<Withdraw>, amount: u64) -> Result<()> {
        Withdraw::run(ctx, amount)
    }

    /// Move all that is available out of the vault.
    pub fn withdraw_all(ctx: Context<Withdraw>) -> Result<()> {
        instructions::withdraw_all(ctx)
    }
}
