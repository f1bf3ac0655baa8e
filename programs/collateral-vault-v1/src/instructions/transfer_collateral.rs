use anchor_lang::prelude::*;
use anchor_spl::token::{transfer, Token, TokenAccount, Transfer};

use crate::errors::VaultError;
use crate::events::{CollateralReceived, CollateralSent};
use crate::seeds;
use crate::state::{CollateralVault, VaultAuthority};

/// A settlement: what is locked in one vault becomes available in another.
#[event_cpi]
#[derive(Accounts)]
pub struct TransferCollateral<'info> {
    #[account(seeds = [seeds::AUTHORITY], bump = authority.bump)]
    pub authority: Box<Account<'info, VaultAuthority>>,
    /// The address "collateral" of an authorized program, which calls.
    pub program_signer: Signer<'info>,
    #[account(
        mut,
        seeds = [seeds::VAULT, from_vault.owner.as_ref()],
        bump = from_vault.bump,
        constraint = from_vault.token_account == from_token_account.key() @ VaultError::TokenAccountMismatch,
    )]
    pub from_vault: Box<Account<'info, CollateralVault>>,
    #[account(mut)]
    pub from_token_account: Box<Account<'info, TokenAccount>>,
    /// `dup`: Anchor would refuse one vault in both places by an error of its own.
    #[account(
        mut,
        dup,
        seeds = [seeds::VAULT, to_vault.owner.as_ref()],
        bump = to_vault.bump,
        constraint = to_vault.key() != from_vault.key() @ VaultError::SameVault,
        constraint = to_vault.mint == from_vault.mint @ VaultError::MintMismatch,
        constraint = to_vault.token_account == to_token_account.key() @ VaultError::TokenAccountMismatch,
    )]
    pub to_vault: Box<Account<'info, CollateralVault>>,
    #[account(mut, dup)]
    pub to_token_account: Box<Account<'info, TokenAccount>>,
    pub token_program: Program<'info, Token>,
}

impl TransferCollateral<'_> {
    pub fn run(ctx: Context<Self>, amount: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let program = ctx.accounts.authority.require_authorized(&ctx.accounts.program_signer)?;
        let (from, to) = (ctx.accounts.from_vault.key(), ctx.accounts.to_vault.key());

        ctx.accounts.from_vault.send(amount, now)?;
        ctx.accounts.to_vault.deposit(amount, now)?;
        ctx.accounts.transfer(amount)?;
        ctx.accounts.from_token_account.reload()?;
        ctx.accounts.to_token_account.reload()?;

        let vault: &mut CollateralVault = &mut ctx.accounts.from_vault;
        vault.require_backed(ctx.accounts.from_token_account.amount)?;
        let sent = vault.stream.record(from, now, |header| CollateralSent {
            header,
            vault: from,
            owner: vault.owner,
            program,
            to,
            amount,
            total_balance: vault.total_balance,
            locked_balance: vault.locked_balance,
            available_balance: vault.available_balance,
            total_deposited: vault.total_deposited,
            total_withdrawn: vault.total_withdrawn,
        })?;

        let vault: &mut CollateralVault = &mut ctx.accounts.to_vault;
        vault.require_backed(ctx.accounts.to_token_account.amount)?;
        let received = vault.stream.record(to, now, |header| CollateralReceived {
            header,
            vault: to,
            owner: vault.owner,
            program,
            from,
            amount,
            total_balance: vault.total_balance,
            locked_balance: vault.locked_balance,
            available_balance: vault.available_balance,
            total_deposited: vault.total_deposited,
            total_withdrawn: vault.total_withdrawn,
        })?;
        emit_cpi!(sent);
        emit_cpi!(received);
        Ok(())
    }

    fn transfer(&self, amount: u64) -> Result<()> {
        let accounts = Transfer {
            from: self.from_token_account.to_account_info(),
            to: self.to_token_account.to_account_info(),
            authority: self.from_vault.to_account_info(),
        };
        let owner = self.from_vault.owner.to_bytes();
        let signer: &[&[&[u8]]] = &[&[seeds::VAULT, &owner, &[self.from_vault.bump]]];
        transfer(CpiContext::new_with_signer(self.token_program.key(), accounts, signer), amount)
    }
}
