use anchor_lang::prelude::*;
use anchor_spl::token::{transfer, Token, TokenAccount, Transfer};

use crate::errors::VaultError;
use crate::events::Deposited;
use crate::seeds;
use crate::state::CollateralVault;

#[event_cpi]
#[derive(Accounts)]
pub struct Deposit<'info> {
    #[account(
        mut,
        seeds = [seeds::VAULT, vault.owner.as_ref()],
        bump = vault.bump,
        has_one = owner @ VaultError::NotOwner,
        has_one = token_account @ VaultError::TokenAccountMismatch,
    )]
    pub vault: Box<Account<'info, CollateralVault>>,
    pub owner: Signer<'info>,
    #[account(
        mut,
        constraint = source.owner == owner.key() @ VaultError::SourceNotOwned,
        constraint = source.mint == vault.mint @ VaultError::MintMismatch,
    )]
    pub source: Box<Account<'info, TokenAccount>>,
    #[account(mut)]
    pub token_account: Box<Account<'info, TokenAccount>>,
    pub token_program: Program<'info, Token>,
}

impl Deposit<'_> {
    pub fn run(ctx: Context<Self>, amount: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.vault.key();
        ctx.accounts.vault.deposit(amount, now)?;
        ctx.accounts.transfer(amount)?;
        ctx.accounts.token_account.reload()?;

        let vault: &mut CollateralVault = &mut ctx.accounts.vault;
        vault.require_backed(ctx.accounts.token_account.amount)?;
        let event = vault.stream.record(address, now, |header| Deposited {
            header,
            vault: address,
            owner: vault.owner,
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

    fn transfer(&self, amount: u64) -> Result<()> {
        let accounts = Transfer {
            from: self.source.to_account_info(),
            to: self.token_account.to_account_info(),
            authority: self.owner.to_account_info(),
        };
        transfer(CpiContext::new(self.token_program.key(), accounts), amount)
    }
}
