//! The accounts, one a file.

pub mod collateral_vault;
pub mod layout;
pub mod vault_authority;

pub use collateral_vault::*;
pub use vault_authority::*;
