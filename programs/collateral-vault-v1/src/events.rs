//! What happened to a vault, or to the authority that says who else may move collateral: each event begins with the header
//! of that account's stream. Balances are those after it. Both releases emit the same events.

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

#[event]
pub struct CollateralLocked {
    pub header: EventHeader,
    pub vault: Pubkey,
    pub owner: Pubkey,
    /// The authorized program that asked for it.
    pub program: Pubkey,
    pub amount: u64,
    pub total_balance: u64,
    pub locked_balance: u64,
    pub available_balance: u64,
    pub total_deposited: u64,
    pub total_withdrawn: u64,
}

#[event]
pub struct CollateralUnlocked {
    pub header: EventHeader,
    pub vault: Pubkey,
    pub owner: Pubkey,
    /// The authorized program that asked for it.
    pub program: Pubkey,
    pub amount: u64,
    pub total_balance: u64,
    pub locked_balance: u64,
    pub available_balance: u64,
    pub total_deposited: u64,
    pub total_withdrawn: u64,
}

/// Locked collateral that went to another vault. It counts as withdrawn.
#[event]
pub struct CollateralSent {
    pub header: EventHeader,
    pub vault: Pubkey,
    pub owner: Pubkey,
    /// The authorized program that asked for it.
    pub program: Pubkey,
    /// The vault that received it, whose stream tells of it by `CollateralReceived`.
    pub to: Pubkey,
    pub amount: u64,
    pub total_balance: u64,
    pub locked_balance: u64,
    pub available_balance: u64,
    pub total_deposited: u64,
    pub total_withdrawn: u64,
}

/// Collateral from another vault, available at once. It counts as deposited.
#[event]
pub struct CollateralReceived {
    pub header: EventHeader,
    pub vault: Pubkey,
    pub owner: Pubkey,
    /// The authorized program that asked for it.
    pub program: Pubkey,
    /// The vault that sent it.
    pub from: Pubkey,
    pub amount: u64,
    pub total_balance: u64,
    pub locked_balance: u64,
    pub available_balance: u64,
    pub total_deposited: u64,
    pub total_withdrawn: u64,
}

#[event]
pub struct AuthorityInitialized {
    pub header: EventHeader,
    pub authority: Pubkey,
    pub admin: Pubkey,
}

#[event]
pub struct AdminChanged {
    pub header: EventHeader,
    pub authority: Pubkey,
    pub from: Pubkey,
    pub to: Pubkey,
}

#[event]
pub struct ProgramAuthorized {
    pub header: EventHeader,
    pub authority: Pubkey,
    pub program: Pubkey,
    /// The address by which the program signs.
    pub signer: Pubkey,
}

#[event]
pub struct ProgramDeauthorized {
    pub header: EventHeader,
    pub authority: Pubkey,
    pub program: Pubkey,
    pub signer: Pubkey,
}
