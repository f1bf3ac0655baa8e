//! The accounts, one a file, and the layout that vaults had in release 1.

pub mod collateral_vault;
pub mod layout;
pub mod release_1;
pub mod vault_authority;

pub use collateral_vault::*;
pub use release_1::*;
pub use vault_authority::*;
