//! One instruction a file: check, change, invariant, emit.

pub mod deposit;
pub mod initialize_vault;
pub mod withdraw;

pub use deposit::*;
pub use initialize_vault::*;
pub use withdraw::*;
