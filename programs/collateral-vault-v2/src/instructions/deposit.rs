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

        let vault = &mut ctx.accounts.vault;
        vault.require_backed(ctx.accounts.token_account.amount)?;
        let balances = (**vault).clone();
        let event = vault.stream.record(address, now, |header| Deposited {
            header,
            vault: address,
            owner: balances.owner,
            amount,
            total_balance: balances.total_balance,
            locked_balance: balances.locked_balance,
            available_balance: balances.available_balance,
            total_deposited: balances.total_deposited,
            total_withdrawn: balances.total_withdrawn,
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
