//! What happened to a vault: each event begins with the header of the vault's stream. Balances are those after it.

use anchor_lang::prelude::*;
use windlass_interface::EventHeader;

#[event]
pub struct VaultInitialized {
    pub header: EventHeader,
    pub vault: Pubkey,
    pub owner: Pubkey,
    pub mint: Pubkey,
    pub token_account: Pubkey,
}

#[event]
pub struct Deposited {
    pub header: EventHeader,
    pub vault: Pubkey,
    pub owner: Pubkey,
    pub amount: u64,
    pub total_balance: u64,
    pub locked_balance: u64,
    pub available_balance: u64,
    pub total_deposited: u64,
    pub total_withdrawn: u64,
}

#[event]
pub struct Withdrawn {
    pub header: EventHeader,
    pub vault: Pubkey,
    pub owner: Pubkey,
    pub amount: u64,
    pub total_balance: u64,
    pub locked_balance: u64,
    pub available_balance: u64,
    pub total_deposited: u64,
    pub total_withdrawn: u64,
}
