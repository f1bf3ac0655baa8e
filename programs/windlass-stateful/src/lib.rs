//! Random lives of a multisig, its programs and its migrations on the built program, compared step by step with what
//! `windlass-rules` says: the same outcome, the same accounts byte for byte, and the invariants.

pub mod actors;
pub mod chain;
pub mod code;
pub mod compare;
pub mod draw;
pub mod events;
pub mod expected;
pub mod facts;
pub mod idl;
pub mod invariants;
pub mod ledger;
pub mod life;
pub mod params;
pub mod refusal;
pub mod rules;
pub mod run;
pub mod send;
pub mod sensible;
pub mod shrink;
pub mod step;
pub mod tally;
pub mod world;
