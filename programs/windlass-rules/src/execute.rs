//! Executing what was approved. Anyone may: the members have decided, and only time had to pass.

use crate::config::{check, Config};
use crate::program::Program;
use crate::proposal::{Kind, Proposal};
use crate::transitions::{next, Action, Status};
use crate::RuleError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    pub now: i64,
    pub durable_nonce: bool,
    /// Bytes of the program in the buffer, as it is now; 0 where the proposal is about no code.
    pub buffer_len: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Executed {
    pub status: Status,
    /// The program's version from now on.
    pub version: u64,
}

/// Execute an upgrade.
pub fn execute(
    config: &Config,
    program: &Program,
    proposal: &Proposal,
    execution: &Execution,
) -> Result<Executed, RuleError> {
    let status = execute_kind(Kind::Upgrade, config, Some(program), proposal, execution)?;
    check(!program.migration_open, RuleError::MigrationOpen)?;
    let kept = proposal.kept_version == Some(program.version);
    check(kept || proposal.no_rollback, RuleError::RollbackBufferRequired)?;
    Ok(Executed { status, version: next_version(program)? })
}

/// The version after the code changed once more.
pub(crate) fn next_version(program: &Program) -> Result<u64, RuleError> {
    program.version.checked_add(1).ok_or(RuleError::Overflow)
}

/// What holds for every kind: approved by enough, for this config and version, at the right time.
pub(crate) fn execute_kind(
    kind: Kind,
    config: &Config,
    program: Option<&Program>,
    proposal: &Proposal,
    execution: &Execution,
) -> Result<Status, RuleError> {
    check(!execution.durable_nonce, RuleError::DurableNonce)?;
    check(proposal.kind == kind, RuleError::InvalidState)?;
    let status = next(Some(proposal.status), Action::Execute)?;
    check(!kind.is_pausable() || !config.pause.in_force(execution.now), RuleError::SystemPaused)?;
    proposal.require_fresh(config, program)?;
    let enough = proposal.approvals.len() >= usize::from(config.threshold_of(kind));
    let holds_slot = program.is_none_or(|program| program.slot_of(kind) == Some(proposal.address));
    check(enough && holds_slot, RuleError::InvalidState)?;
    let eta = proposal.effective_eta(&config.pause, execution.now)?;
    check(execution.now >= eta, RuleError::TimelockNotOver)?;
    check(execution.now < proposal.expires_at, RuleError::GraceOver)?;
    check(proposal.is_verified(), RuleError::BufferNotVerified)?;
    check(execution.buffer_len == proposal.buffer_len, RuleError::BufferLengthMismatch)?;
    Ok(status)
}
