//! Plays an exchange's position manager: it has the vault lock, unlock and transfer collateral. Accounts: the vault
//! program, then its instruction's. Data: its instruction's.
//!
//! It signs as its own address "collateral", by which the vault knows an authorized program. It checks nothing: whoever
//! calls it has its power, so that tests can send whatever they like.

use solana_account_info::AccountInfo;
use solana_cpi::invoke_signed;
use solana_instruction::{AccountMeta, Instruction};
use solana_program_error::{ProgramError, ProgramResult};
use solana_pubkey::Pubkey;

const COLLATERAL: &[u8] = b"collateral";

solana_program_entrypoint::entrypoint!(move_collateral);

fn move_collateral(manager: &Pubkey, accounts: &[AccountInfo], data: &[u8]) -> ProgramResult {
    let (vault_program, passed) = accounts.split_first().ok_or(ProgramError::NotEnoughAccountKeys)?;
    let (signer, bump) = Pubkey::find_program_address(&[COLLATERAL], manager);
    let meta = |account: &AccountInfo| AccountMeta {
        pubkey: *account.key,
        is_signer: account.is_signer || *account.key == signer,
        is_writable: account.is_writable,
    };
    let instruction = Instruction {
        program_id: *vault_program.key,
        accounts: passed.iter().map(meta).collect(),
        data: data.to_vec(),
    };
    invoke_signed(&instruction, accounts, &[&[COLLATERAL, &[bump]]])
}
