//! The collateral vault, release 1: each user's collateral in a vault of their own, on SPL tokens. The program that
//! Windlass governs in its example.
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

    /// Keep `amount` base units of what is available from being withdrawn. For authorized programs.
    pub fn lock_collateral(ctx: Context<LockCollateral>, amount: u64) -> Result<()> {
        LockCollateral::run(ctx, amount)
    }

    /// Let `amount` base units of what is locked be withdrawn again. For authorized programs.
    pub fn unlock_collateral(ctx: Context<UnlockCollateral>, amount: u64) -> Result<()> {
        UnlockCollateral::run(ctx, amount)
    }

    /// Move `amount` base units of what is locked to another vault of the mint. For authorized programs.
    pub fn transfer_collateral(ctx: Context<TransferCollateral>, amount: u64) -> Result<()> {
        TransferCollateral::run(ctx, amount)
    }

    /// Name the first admin of the authorized programs. For the program's upgrade authority, once.
    pub fn initialize_authority(ctx: Context<InitializeAuthority>, admin: Pubkey) -> Result<()> {
        InitializeAuthority::run(ctx, admin)
    }

    /// Make another the admin, who signs too.
    pub fn set_admin(ctx: Context<SetAdmin>) -> Result<()> {
        SetAdmin::run(ctx)
    }

    /// Let a program move collateral.
    pub fn add_authorized_program(ctx: Context<AddAuthorizedProgram>) -> Result<()> {
        AddAuthorizedProgram::run(ctx)
    }

    /// Let a program move collateral no more.
    pub fn remove_authorized_program(ctx: Context<RemoveAuthorizedProgram>) -> Result<()> {
        RemoveAuthorizedProgram::run(ctx)
    }
}
