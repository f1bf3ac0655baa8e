//! What happened, for everyone who follows: each begins with the header of the multisig's stream.

pub mod migration;
pub mod multisig;
pub mod program;
pub mod proposal;
pub mod rollback;

pub use migration::*;
pub use multisig::*;
pub use program::*;
pub use proposal::*;
pub use rollback::*;
