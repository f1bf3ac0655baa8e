//! Making an account at a derived address.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::program::{invoke, invoke_signed};
use anchor_lang::solana_program::{system_instruction, system_program};

/// Make `account` this program's, with `space` zero bytes; `seeds` derive its address, the bump included.
///
/// Not by the system program's CreateAccount, which refuses an address that has lamports, nor by CreateAccountAllowPrefund
/// (SIMD-0312, what Anchor's `init` calls then), which not every cluster knows: anyone could send a lamport to an address
/// before there is an account, and there never would be one.
///
/// # Errors
/// The system program's, where there is an account already.
pub fn create<'info>(
    account: &AccountInfo<'info>,
    payer: &AccountInfo<'info>,
    space: usize,
    seeds: &[&[u8]],
) -> Result<()> {
    require_keys_eq!(*account.owner, system_program::ID, ErrorCode::AccountOwnedByWrongProgram);
    let lacking = Rent::get()?.minimum_balance(space).saturating_sub(account.lamports());
    if lacking > 0 {
        let transfer = system_instruction::transfer(payer.key, account.key, lacking);
        invoke(&transfer, &[payer.clone(), account.clone()])?;
    }
    let allocate = system_instruction::allocate(account.key, space as u64);
    invoke_signed(&allocate, core::slice::from_ref(account), &[seeds])?;
    let assign = system_instruction::assign(account.key, &crate::ID);
    Ok(invoke_signed(&assign, core::slice::from_ref(account), &[seeds])?)
}
