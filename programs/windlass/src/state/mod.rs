//! The accounts, each with the invariant that holds after every instruction.

pub mod account_version;
pub mod migration_plan;
pub mod migration_tracker;
pub mod multisig_config;
pub mod program_upgrade_state;
pub mod upgrade_proposal;

pub use account_version::*;
pub use migration_plan::*;
pub use migration_tracker::*;
pub use multisig_config::*;
pub use program_upgrade_state::*;
pub use upgrade_proposal::*;
