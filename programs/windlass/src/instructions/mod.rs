//! One instruction a file: check, change, invariant, emit.

pub mod approve_upgrade;
pub mod cancel_upgrade;
pub mod close_account_version;
pub mod execute_upgrade;
pub mod finalize_migration;
pub mod initialize_multisig;
pub mod move_accounts;
pub mod propose_upgrade;
pub mod register_program;
pub mod register_released_program;
pub mod start_migration;
pub mod verify_buffer;

pub use approve_upgrade::*;
pub use cancel_upgrade::*;
pub use close_account_version::*;
pub use execute_upgrade::*;
pub use finalize_migration::*;
pub use initialize_multisig::*;
pub use move_accounts::*;
pub use propose_upgrade::*;
pub use register_program::*;
pub use register_released_program::*;
pub use start_migration::*;
pub use verify_buffer::*;
