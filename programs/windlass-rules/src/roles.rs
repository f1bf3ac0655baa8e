//! What a member may do: a set of bits.

/// May propose upgrades; may register a program whose authority is already the multisig's.
pub const PROPOSE: u8 = 1;
/// May approve, and may vote to cancel.
pub const APPROVE: u8 = 2;
/// May pause.
pub const GUARD: u8 = 4;

/// Every role there is.
pub const ALL: u8 = PROPOSE | APPROVE | GUARD;
