use anchor_lang::prelude::*;
use anchor_spl::associated_token::AssociatedToken;
use anchor_spl::token::{Mint, Token, TokenAccount};

use crate::events::VaultInitialized;
use crate::seeds;
use crate::state::CollateralVault;

#[event_cpi]
#[derive(Accounts)]
pub struct InitializeVault<'info> {
    #[account(
        init,
        payer = owner,
        space = CollateralVault::SPACE,
        seeds = [seeds::VAULT, owner.key().as_ref()],
        bump,
    )]
    pub vault: Box<Account<'info, CollateralVault>>,
    #[account(mut)]
    pub owner: Signer<'info>,
    pub mint: Box<Account<'info, Mint>>,
    /// Anybody may create it before the vault is: then it is taken as it is.
    #[account(
        init_if_needed,
        payer = owner,
        associated_token::mint = mint,
        associated_token::authority = vault,
        associated_token::token_program = token_program,
    )]
    pub token_account: Box<Account<'info, TokenAccount>>,
    pub token_program: Program<'info, Token>,
    pub associated_token_program: Program<'info, AssociatedToken>,
    pub system_program: Program<'info, System>,
}

impl InitializeVault<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.vault.key();
        let owner = ctx.accounts.owner.key();
        let mint = ctx.accounts.mint.key();
        let token_account = ctx.accounts.token_account.key();

        let vault: &mut CollateralVault = &mut ctx.accounts.vault;
        *vault = CollateralVault::new(owner, mint, token_account, ctx.bumps.vault, now);
        vault.invariant()?;

        let event = vault.stream.record(address, now, |header| VaultInitialized {
            header,
            vault: address,
            owner,
            mint,
            token_account,
        })?;
        emit_cpi!(event);
        Ok(())
    }
}
