//! Executing an approved upgrade. Anyone may: the members have decided, and only time had to pass.

use crate::config::Config;
use crate::error::check;
use crate::program::Program;
use crate::proposal::Proposal;
use crate::transitions::{next, Action, Status};
use crate::RuleError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    pub now: i64,
    pub durable_nonce: bool,
    /// Bytes of the program in the buffer, as it is now.
    pub buffer_len: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Executed {
    pub status: Status,
    /// The program's version from now on.
    pub version: u64,
}

pub fn execute(
    config: &Config,
    program: &Program,
    proposal: &Proposal,
    execution: &Execution,
) -> Result<Executed, RuleError> {
    check(!execution.durable_nonce, RuleError::DurableNonce)?;
    let status = next(Some(proposal.status), Action::Execute)?;
    program.require_governed()?;
    proposal.require_fresh(config, program)?;
    let enough = proposal.approvals.len() >= usize::from(config.threshold);
    check(enough && program.slot == Some(proposal.address), RuleError::InvalidState)?;
    check(execution.now >= proposal.eta, RuleError::TimelockNotOver)?;
    check(execution.now < proposal.expires_at, RuleError::GraceOver)?;
    check(proposal.is_verified(), RuleError::BufferNotVerified)?;
    check(execution.buffer_len == proposal.buffer_len, RuleError::BufferLengthMismatch)?;
    let version = program.version.checked_add(1).ok_or(RuleError::Overflow)?;
    Ok(Executed { status, version })
}
