//! A vault as bytes. Each release has a discriminator of its own, so that neither takes the other's layout for its own.
//! Written out, where `#[account]` would do, to answer the newer layout with an error that says so.

use anchor_lang::prelude::*;
use anchor_lang::{Discriminator, Owner};

use crate::errors::VaultError;
use crate::state::CollateralVault;

/// Anchor's for this account: sha256("account:CollateralVault"), the first 8 bytes.
pub const RELEASE_1: [u8; 8] = [19, 189, 95, 155, 100, 9, 159, 145];
pub const RELEASE_2: [u8; 8] = *b"vault__2";

impl Discriminator for CollateralVault {
    const DISCRIMINATOR: &'static [u8] = &RELEASE_1;
}

impl Owner for CollateralVault {
    fn owner() -> Pubkey {
        crate::ID
    }
}

impl AccountSerialize for CollateralVault {
    fn try_serialize<W: std::io::Write>(&self, writer: &mut W) -> Result<()> {
        let written = writer.write_all(Self::DISCRIMINATOR).and_then(|()| self.serialize(writer));
        written.map_err(|_| ErrorCode::AccountDidNotSerialize.into())
    }
}

impl AccountDeserialize for CollateralVault {
    /// # Errors
    /// `NewerLayout` where the vault was migrated and not reverted.
    fn try_deserialize(data: &mut &[u8]) -> Result<Self> {
        require!(!data.starts_with(&RELEASE_2), VaultError::NewerLayout);
        require!(data.starts_with(Self::DISCRIMINATOR), ErrorCode::AccountDiscriminatorMismatch);
        Self::try_deserialize_unchecked(data)
    }

    fn try_deserialize_unchecked(data: &mut &[u8]) -> Result<Self> {
        let mut fields = data.get(Self::DISCRIMINATOR.len()..).ok_or(ErrorCode::AccountDidNotDeserialize)?;
        Self::deserialize(&mut fields).map_err(|_| ErrorCode::AccountDidNotDeserialize.into())
    }
}
