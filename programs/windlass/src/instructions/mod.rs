//! One instruction a file: check, change, invariant, emit.

pub mod approve_upgrade;
pub mod cancel_upgrade;
pub mod execute_upgrade;
pub mod initialize_multisig;
pub mod propose_upgrade;
pub mod register_program;
pub mod verify_buffer;

pub use approve_upgrade::*;
pub use cancel_upgrade::*;
pub use execute_upgrade::*;
pub use initialize_multisig::*;
pub use propose_upgrade::*;
pub use register_program::*;
pub use verify_buffer::*;
