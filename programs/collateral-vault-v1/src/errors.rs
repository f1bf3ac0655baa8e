//! Why an instruction was refused: what was expected, and what to do. Both releases number them alike, so that clients need
//! one table.

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
    #[msg("The vault has less locked than that: unlock or transfer at most its locked balance")]
    InsufficientLocked,
    #[msg("A vault cannot be settled with itself: pass two vaults")]
    SameVault,
    #[msg("The caller is not authorized to move collateral: the admin authorizes programs, which sign by their own address \"collateral\"")]
    ProgramNotAuthorized,
    #[msg("Only the admin may do that: sign with the key that the vault authority names")]
    NotAdmin,
    #[msg("Only this program's upgrade authority may name the first admin: sign with its key, before the program is handed over")]
    NotUpgradeAuthority,
    #[msg("That account is not a program: pass a deployed program's address")]
    NotAProgram,
    #[msg("The program is authorized already: there is nothing to add")]
    AlreadyAuthorized,
    #[msg("The program is not among the authorized ones: there is nothing to remove")]
    NotAuthorized,
    #[msg("16 programs are authorized, and more there cannot be: remove one first")]
    TooManyPrograms,
    #[msg("The vault is in the layout of release 1: put Windlass's migrate_account for it before this instruction")]
    MigrateFirst,
    #[msg("The vault is in the layout of a newer release, which this one cannot read: revert it, or wait for that release")]
    NewerLayout,
}
