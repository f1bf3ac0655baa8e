//! The seeds of every address that this program derives, named once.

/// With the owner.
pub const VAULT: &[u8] = b"vault";
/// Of the one account that says who else may move collateral.
pub const AUTHORITY: &[u8] = b"authority";
/// Of the address by which an authorized program signs, derived under that program.
pub const COLLATERAL: &[u8] = b"collateral";
