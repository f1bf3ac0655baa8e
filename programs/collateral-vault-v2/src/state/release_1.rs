use anchor_lang::prelude::*;
use windlass_interface::EventStream;

use crate::state::layout::RELEASE_1;
use crate::state::CollateralVault;

/// A vault in the layout of release 1, read by `migrate` and written by `revert`.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Debug)]
pub struct Release1 {
    pub stream: EventStream,
    pub bump: u8,
    pub owner: Pubkey,
    pub mint: Pubkey,
    pub token_account: Pubkey,
    pub total_balance: u64,
    pub locked_balance: u64,
    pub available_balance: u64,
    pub total_deposited: u64,
    pub total_withdrawn: u64,
    pub created_at: i64,
    pub last_updated: i64,
}

impl Release1 {
    pub const SPACE: usize = RELEASE_1.len() + Self::INIT_SPACE;

    pub fn try_deserialize(data: &mut &[u8]) -> Result<Self> {
        let mut fields = data.strip_prefix(&RELEASE_1).ok_or(ErrorCode::AccountDiscriminatorMismatch)?;
        Self::deserialize(&mut fields).map_err(|_| ErrorCode::AccountDidNotDeserialize.into())
    }

    pub fn try_serialize<W: std::io::Write>(&self, writer: &mut W) -> Result<()> {
        let written = writer.write_all(&RELEASE_1).and_then(|()| self.serialize(writer));
        written.map_err(|_| ErrorCode::AccountDidNotSerialize.into())
    }
}

impl From<Release1> for CollateralVault {
    /// What is locked is taken to be locked since the vault last changed: release 1 did not write it down.
    fn from(former: Release1) -> Self {
        let locked = former.locked_balance;
        Self {
            stream: former.stream,
            owner: former.owner,
            mint: former.mint,
            token_account: former.token_account,
            total_balance: former.total_balance,
            locked_balance: locked,
            available_balance: former.available_balance,
            total_deposited: former.total_deposited,
            total_withdrawn: former.total_withdrawn,
            created_at: former.created_at,
            last_updated: former.last_updated,
            locked_since: if locked > 0 { former.last_updated } else { 0 },
            lifetime_locked: locked,
            bump: former.bump,
        }
    }
}

impl From<CollateralVault> for Release1 {
    fn from(vault: CollateralVault) -> Self {
        Self {
            stream: vault.stream,
            bump: vault.bump,
            owner: vault.owner,
            mint: vault.mint,
            token_account: vault.token_account,
            total_balance: vault.total_balance,
            locked_balance: vault.locked_balance,
            available_balance: vault.available_balance,
            total_deposited: vault.total_deposited,
            total_withdrawn: vault.total_withdrawn,
            created_at: vault.created_at,
            last_updated: vault.last_updated,
        }
    }
}
