use anchor_lang::prelude::*;
use anchor_lang::Discriminator;
use windlass_interface::EventStream;

use crate::errors::VaultError;

/// One user's collateral. The tokens lie in `token_account`, which the vault owns. Amounts are base units of the mint,
/// times unix seconds.
///
/// Release 1 had `bump` right after the stream, and neither `locked_since` nor `lifetime_locked`.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug)]
pub struct CollateralVault {
    pub stream: EventStream,
    pub owner: Pubkey,
    pub mint: Pubkey,
    /// The associated token account of the vault and the mint.
    pub token_account: Pubkey,
    pub total_balance: u64,
    /// Part of the total that cannot be withdrawn.
    pub locked_balance: u64,
    /// Part of the total that can be withdrawn.
    pub available_balance: u64,
    /// Ever.
    pub total_deposited: u64,
    /// Ever.
    pub total_withdrawn: u64,
    pub created_at: i64,
    pub last_updated: i64,
    /// Since when something has been locked without a break; 0: nothing is.
    pub locked_since: i64,
    /// All that was ever locked, as far as it is known: of a vault from release 1, what was locked when it was migrated, and
    /// since then.
    pub lifetime_locked: u64,
    /// Last, so that every number before it lies at a multiple of 8.
    pub bump: u8,
}

impl CollateralVault {
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    pub fn new(owner: Pubkey, mint: Pubkey, token_account: Pubkey, bump: u8, now: i64) -> Self {
        Self {
            stream: EventStream::default(),
            owner,
            mint,
            token_account,
            total_balance: 0,
            locked_balance: 0,
            available_balance: 0,
            total_deposited: 0,
            total_withdrawn: 0,
            created_at: now,
            last_updated: now,
            locked_since: 0,
            lifetime_locked: 0,
            bump,
        }
    }

    /// Take in tokens, available at once.
    pub fn deposit(&mut self, amount: u64, now: i64) -> Result<()> {
        require!(amount > 0, VaultError::AmountZero);
        self.total_balance = add(self.total_balance, amount)?;
        self.available_balance = add(self.available_balance, amount)?;
        self.total_deposited = add(self.total_deposited, amount)?;
        self.last_updated = now;
        self.invariant()
    }

    /// Give out tokens that are available.
    pub fn withdraw(&mut self, amount: u64, now: i64) -> Result<()> {
        require!(amount > 0, VaultError::AmountZero);
        self.available_balance =
            self.available_balance.checked_sub(amount).ok_or(VaultError::InsufficientBalance)?;
        self.total_balance = self.total_balance.checked_sub(amount).ok_or(VaultError::InvariantViolated)?;
        self.total_withdrawn = add(self.total_withdrawn, amount)?;
        self.last_updated = now;
        self.invariant()
    }

    /// Keep a part of what is available from being withdrawn.
    pub fn lock(&mut self, amount: u64, now: i64) -> Result<()> {
        require!(amount > 0, VaultError::AmountZero);
        self.available_balance =
            self.available_balance.checked_sub(amount).ok_or(VaultError::InsufficientBalance)?;
        if self.locked_balance == 0 {
            self.locked_since = now;
        }
        self.locked_balance = add(self.locked_balance, amount)?;
        self.lifetime_locked = add(self.lifetime_locked, amount)?;
        self.last_updated = now;
        self.invariant()
    }

    /// Let a part of what is locked be withdrawn again.
    pub fn unlock(&mut self, amount: u64, now: i64) -> Result<()> {
        self.take_locked(amount)?;
        self.available_balance = add(self.available_balance, amount)?;
        self.last_updated = now;
        self.invariant()
    }

    /// Give locked tokens to another vault, which takes them in by `deposit`.
    pub fn send(&mut self, amount: u64, now: i64) -> Result<()> {
        self.take_locked(amount)?;
        self.total_balance = self.total_balance.checked_sub(amount).ok_or(VaultError::InvariantViolated)?;
        self.total_withdrawn = add(self.total_withdrawn, amount)?;
        self.last_updated = now;
        self.invariant()
    }

    fn take_locked(&mut self, amount: u64) -> Result<()> {
        require!(amount > 0, VaultError::AmountZero);
        self.locked_balance =
            self.locked_balance.checked_sub(amount).ok_or(VaultError::InsufficientLocked)?;
        if self.locked_balance == 0 {
            self.locked_since = 0;
        }
        Ok(())
    }

    /// total = locked + available = deposited - withdrawn. What is locked was locked at some time.
    pub fn invariant(&self) -> Result<()> {
        let parts = self.locked_balance.checked_add(self.available_balance);
        let flow = self.total_deposited.checked_sub(self.total_withdrawn);
        let total = Some(self.total_balance);
        require!(parts == total && flow == total, VaultError::InvariantViolated);
        require!(self.last_updated >= self.created_at, VaultError::InvariantViolated);
        let since = self.locked_balance > 0;
        require!((self.locked_since != 0) == since, VaultError::InvariantViolated);
        require!(self.lifetime_locked >= self.locked_balance, VaultError::InvariantViolated);
        Ok(())
    }

    /// The token account must hold at least the total: anybody may send it more.
    pub fn require_backed(&self, tokens: u64) -> Result<()> {
        require!(tokens >= self.total_balance, VaultError::TokensMissing);
        Ok(())
    }
}

fn add(balance: u64, amount: u64) -> Result<u64> {
    Ok(balance.checked_add(amount).ok_or(VaultError::Overflow)?)
}
