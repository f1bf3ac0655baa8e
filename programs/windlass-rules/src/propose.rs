//! Proposing, whatever kind.

use crate::config::{check, Config, MAX_OPEN_PROPOSALS};
use crate::program::Program;
use crate::proposal::Kind;
use crate::transitions::{next, Action, Status};
use crate::{roles, Key, RuleError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    pub kind: Kind,
    pub proposer: Key,
    /// Proposals of this proposer that are open already.
    pub open_proposals: u8,
    pub now: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposed {
    pub status: Status,
    pub expires_at: i64,
    pub open_proposals: u8,
}

/// `program`: whose proposal it is; None for a config.
pub fn propose(config: &Config, program: Option<&Program>, request: &Request) -> Result<Proposed, RuleError> {
    config.require(&request.proposer, roles::PROPOSE)?;
    check(program.is_some() == request.kind.has_program(), RuleError::ProgramMismatch)?;
    program.map_or(Ok(()), Program::require_governed)?;
    check(!request.kind.is_pausable() || !config.pause.in_force(request.now), RuleError::SystemPaused)?;
    check(request.open_proposals < MAX_OPEN_PROPOSALS, RuleError::TooManyOpenProposals)?;
    if let (Kind::Rollback, Some(program)) = (request.kind, program) {
        check(program.kept.is_some() && program.last_upgrade.is_some(), RuleError::NothingToRollBack)?;
        check(request.now < program.rollback_window_ends()?, RuleError::RollbackWindowOver)?;
    }
    Ok(Proposed {
        status: next(None, Action::Propose)?,
        expires_at: request.now.checked_add(config.voting_period).ok_or(RuleError::Overflow)?,
        open_proposals: request.open_proposals.checked_add(1).ok_or(RuleError::Overflow)?,
    })
}
