use anchor_lang::prelude::*;

use crate::errors::WindlassError;

/// The receipt of one migrated account, where the plan has receipts. Times are unix seconds.
#[account]
#[derive(InitSpace, Debug)]
pub struct AccountVersion {
    pub bump: u8,
    pub tracker: Pubkey,
    pub account: Pubkey,
    /// sha256 of the account's data, before it was migrated last.
    pub before: [u8; 32],
    /// sha256 of its data right after.
    pub after: [u8; 32],
    pub migrated_at: i64,
    /// 0: it has not gone back since.
    pub reverted_at: i64,
    /// Paid for this account, and gets its lamports back.
    pub payer: Pubkey,
}

impl AccountVersion {
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// It was migrated, and if it went back, then later.
    pub fn invariant(&self) -> Result<()> {
        let times = self.migrated_at > 0 && (self.reverted_at == 0 || self.reverted_at >= self.migrated_at);
        require!(times, WindlassError::InvariantViolated);
        Ok(())
    }
}
