//! The rules of Windlass: who may do what, when, and what state follows.
//!
//! Nothing here knows of accounts, CPIs or Anchor. The program reads its accounts into these plain values, asks, and
//! writes down the answer; tests and models ask the same functions. Keys are 32 bytes, times are unix seconds,
//! durations are seconds.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod approve;
pub mod cancel;
pub mod code;
pub mod config;
pub mod config_change;
pub mod digest;
pub mod error;
pub mod execute;
pub mod expire;
pub mod loader;
pub mod migration;
pub mod migration_plan;
pub mod pause;
pub mod program;
pub mod proposal;
pub mod propose;
pub mod reclaim;
pub mod revoke;
pub mod roles;
pub mod rollback;
pub mod transfer;
pub mod transitions;

pub use error::RuleError;

/// A public key: an account's address or a member.
pub type Key = [u8; 32];

/// A sha256 digest.
pub type Digest = [u8; 32];
