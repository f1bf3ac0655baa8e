//! The hashing of a buffer, chunk by chunk, to what the proposer said.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

mod world;

use windlass_rules::code::{check_chunk, next_chunk, CHUNK_LEN};
use windlass_rules::proposal::Kind;
use windlass_rules::RuleError;
use world::{proposed, BUFFER_LEN, CODE};

#[test]
fn the_last_chunk_must_end_at_the_digest_that_was_proposed() {
    let proposal = proposed(Kind::Upgrade);
    assert_eq!(check_chunk(&proposal, BUFFER_LEN, &CODE), Ok(()));
    assert_eq!(check_chunk(&proposal, BUFFER_LEN, &[9; 32]), Err(RuleError::CodeDigestMismatch));
}

#[test]
fn a_chunk_before_the_last_may_hash_to_anything() {
    let proposal = proposed(Kind::Upgrade);
    assert_eq!(next_chunk(&proposal), Ok(0..CHUNK_LEN));
    assert_eq!(check_chunk(&proposal, BUFFER_LEN - 1, &[9; 32]), Ok(()));
}
