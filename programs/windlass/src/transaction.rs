//! What a transaction says about itself.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::{get_stack_height, TRANSACTION_LEVEL_STACK_HEIGHT};
use solana_instructions_sysvar::load_instruction_at_checked;
use solana_sdk_ids::{system_program, sysvar};

use crate::errors::WindlassError;

/// `SystemInstruction::AdvanceNonceAccount`, a u32 little-endian.
const ADVANCE_NONCE_ACCOUNT: [u8; 4] = 4u32.to_le_bytes();

/// Does a durable nonce take the place of a recent blockhash? The runtime takes it for one exactly when instruction 0
/// advances a nonce.
pub fn has_durable_nonce(instructions: &AccountInfo) -> Result<bool> {
    let first = load_instruction_at_checked(0, instructions).map_err(|_| WindlassError::SysvarInvalid)?;
    Ok(first.program_id == system_program::ID && first.data.starts_with(&ADVANCE_NONCE_ACCOUNT))
}

/// Was this instruction called by another program?
pub fn is_nested() -> bool {
    get_stack_height() > TRANSACTION_LEVEL_STACK_HEIGHT
}

/// The hash of the newest entry of SlotHashes: a u64 length, then entries of slot (u64) and hash, newest first. Read by
/// bytes, because all 512 entries do not fit the heap.
pub fn newest_slot_hash(slot_hashes: &AccountInfo) -> Result<[u8; 32]> {
    const HASH: usize = 16;
    require!(slot_hashes.key == &sysvar::slot_hashes::ID, WindlassError::SysvarInvalid);
    let data = slot_hashes.try_borrow_data()?;
    let entries = data.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    let hash = data.get(HASH..).and_then(|rest| rest.first_chunk::<32>());
    match hash {
        Some(hash) if entries > 0 => Ok(*hash),
        _ => Err(WindlassError::SysvarInvalid.into()),
    }
}
