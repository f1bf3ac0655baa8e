use anchor_lang::prelude::*;
use anchor_spl::token::{transfer, Token, TokenAccount, Transfer};

use crate::errors::VaultError;
use crate::events::Withdrawn;
use crate::seeds;
use crate::state::CollateralVault;

#[event_cpi]
#[derive(Accounts)]
pub struct Withdraw<'info> {
    #[account(
        mut,
        seeds = [seeds::VAULT, vault.owner.as_ref()],
        bump = vault.bump,
        has_one = owner @ VaultError::NotOwner,
        has_one = token_account @ VaultError::TokenAccountMismatch,
    )]
    pub vault: Box<Account<'info, CollateralVault>>,
    pub owner: Signer<'info>,
    /// Not the vault's own: Anchor refuses one account in two mutable places.
    #[account(mut, constraint = destination.mint == vault.mint @ VaultError::MintMismatch)]
    pub destination: Box<Account<'info, TokenAccount>>,
    #[account(mut)]
    pub token_account: Box<Account<'info, TokenAccount>>,
    pub token_program: Program<'info, Token>,
}

impl Withdraw<'_> {
    pub fn run(ctx: Context<Self>, amount: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.vault.key();
        ctx.accounts.vault.withdraw(amount, now)?;
        ctx.accounts.transfer(amount)?;
        ctx.accounts.token_account.reload()?;

        let vault: &mut CollateralVault = &mut ctx.accounts.vault;
        vault.require_backed(ctx.accounts.token_account.amount)?;
        let event = vault.stream.record(address, now, |header| Withdrawn {
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
            from: self.token_account.to_account_info(),
            to: self.destination.to_account_info(),
            authority: self.vault.to_account_info(),
        };
        let owner = self.vault.owner.to_bytes();
        let signer: &[&[&[u8]]] = &[&[seeds::VAULT, &owner, &[self.vault.bump]]];
        transfer(CpiContext::new_with_signer(self.token_program.key(), accounts, signer), amount)
    }
}
