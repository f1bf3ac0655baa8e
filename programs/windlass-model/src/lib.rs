//! The rules of Windlass, in every state that small multisigs can get into.
//!
//! Members, a stranger and time try everything there is, in every order: each function of `windlass-rules` is asked
//! exactly as the program asks it, what it accepts is written as the program writes it, and what it refuses changes
//! nothing. Every accepted step is judged by what the model itself saw (who approved, how long it really waited, which
//! code ran when), so that a rule cannot vouch for itself; `tests/broken_rules.rs` breaks rules and is caught.
//!
//! Bounds: the scope's members, proposals and pauses; one program; one account to migrate; time in the steps of
//! `time`. Within them the search is complete: it ends when there is no state left.

pub mod action;
pub mod apply;
mod execution;
pub mod judge;
mod model;
pub mod possible;
pub mod rules;
pub mod scope;
pub mod search;
pub mod state;
pub mod symmetry;
pub mod time;
pub mod usage;
