//! Passes an instruction on. Accounts: the program to call, then that instruction's. Data: that instruction's.
//!
//! It signs as its own address "member": a multisig's member that is a program, as a Squads vault would be.

use solana_account_info::AccountInfo;
use solana_cpi::invoke_signed;
use solana_instruction::{AccountMeta, Instruction};
use solana_program_error::{ProgramError, ProgramResult};
use solana_pubkey::Pubkey;

const MEMBER: &[u8] = b"member";

solana_program_entrypoint::entrypoint!(pass_on);

fn pass_on(relay: &Pubkey, accounts: &[AccountInfo], data: &[u8]) -> ProgramResult {
    let (target, passed) = accounts.split_first().ok_or(ProgramError::NotEnoughAccountKeys)?;
    let (member, bump) = Pubkey::find_program_address(&[MEMBER], relay);
    let meta = |account: &AccountInfo| AccountMeta {
        pubkey: *account.key,
        is_signer: account.is_signer || *account.key == member,
        is_writable: account.is_writable,
    };
    let instruction = Instruction {
        program_id: *target.key,
        accounts: passed.iter().map(meta).collect(),
        data: data.to_vec(),
    };
    invoke_signed(&instruction, accounts, &[&[MEMBER, &[bump]]])
}
