//! One instruction a file: check, change, invariant, emit. `migrate` and `revert` are called by Windlass, which emits.

pub mod add_authorized_program;
pub mod deposit;
pub mod initialize_authority;
pub mod initialize_vault;
pub mod lock_collateral;
pub mod migrate;
pub mod remove_authorized_program;
pub mod revert;
pub mod set_admin;
pub mod transfer_collateral;
pub mod unlock_collateral;
pub mod withdraw;
pub mod withdraw_all;

pub use add_authorized_program::*;
pub use deposit::*;
pub use initialize_authority::*;
pub use initialize_vault::*;
pub use lock_collateral::*;
pub use migrate::*;
pub use remove_authorized_program::*;
pub use revert::*;
pub use set_admin::*;
pub use transfer_collateral::*;
pub use unlock_collateral::*;
pub use withdraw::*;
pub use withdraw_all::*;
