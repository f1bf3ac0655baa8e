//! Why an instruction was refused: what was expected, and what to do.

use anchor_lang::prelude::*;

#[error_code]
pub enum VaultError {
    #[msg("The amount is zero: name at least one base unit")]
    AmountZero,
    #[msg("The vault has less available than that: withdraw at most its available balance")]
    InsufficientBalance,
    #[msg("The vault belongs to another owner: sign with the owner's key")]
    NotOwner,
    #[msg("The token account is of another mint than the vault: pass one of the vault's mint")]
    MintMismatch,
    #[msg("The token account to deposit from must belong to the owner who signs")]
    SourceNotOwned,
    #[msg("This is not the vault's own token account: pass the one that the vault names")]
    TokenAccountMismatch,
    #[msg("The vault's token account holds less than its balance: nothing was changed. Please report this")]
    TokensMissing,
    #[msg("A number would leave its range: nothing was changed")]
    Overflow,
    #[msg("The vault's balances would not add up: nothing was changed. Please report this")]
    InvariantViolated,
}
