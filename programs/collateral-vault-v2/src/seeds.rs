//! The seeds of every address that this program derives, named once.

/// With the owner.
pub const VAULT: &[u8] = b"vault";
