//! The code digest: what the buffer holds, hashed on chain in as many calls as it takes.
//!
//! d = 32 zero bytes; for each chunk of at most 1 MiB, in order: d = sha256(d || chunk).

use core::ops::Range;

use crate::config::check;
use crate::proposal::Proposal;
use crate::transitions::{next, Action};
use crate::{Digest, RuleError};

/// Hashing costs a compute unit for two bytes: a chunk takes 525,000 of a transaction's 1,400,000.
pub const CHUNK_LEN: u32 = 1 << 20;

/// Where in the program's bytes the next chunk lies.
///
/// # Errors
/// `InvalidState` unless proposed, `BufferAlreadyVerified` where nothing is left.
pub fn next_chunk(proposal: &Proposal) -> Result<Range<u32>, RuleError> {
    next(Some(proposal.status), Action::Verify)?;
    let start = proposal.verified_len;
    check(start < proposal.buffer_len, RuleError::BufferAlreadyVerified)?;
    let left = proposal.buffer_len.checked_sub(start).ok_or(RuleError::Overflow)?;
    let end = start.checked_add(left.min(CHUNK_LEN)).ok_or(RuleError::Overflow)?;
    Ok(start..end)
}

/// Take in the hash of the chunk that ends at `end`.
///
/// # Errors
/// `CodeDigestMismatch` when the last chunk shows that the buffer does not hold what the proposer said.
pub fn check_chunk(proposal: &Proposal, end: u32, digest: &Digest) -> Result<(), RuleError> {
    let agrees = end < proposal.buffer_len || *digest == proposal.code_digest;
    check(agrees, RuleError::CodeDigestMismatch)
}
