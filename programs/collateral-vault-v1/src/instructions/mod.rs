//! One instruction a file: check, change, invariant, emit.

pub mod add_authorized_program;
pub mod deposit;
pub mod initialize_authority;
pub mod initialize_vault;
pub mod lock_collateral;
pub mod remove_authorized_program;
pub mod set_admin;
pub mod transfer_collateral;
pub mod unlock_collateral;
pub mod withdraw;

pub use add_authorized_program::*;
pub use deposit::*;
pub use initialize_authority::*;
pub use initialize_vault::*;
pub use lock_collateral::*;
pub use remove_authorized_program::*;
pub use set_admin::*;
pub use transfer_collateral::*;
pub use unlock_collateral::*;
pub use withdraw::*;
