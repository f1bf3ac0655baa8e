//! Proposing an upgrade.

use crate::config::{Config, MAX_OPEN_PROPOSALS};
use crate::error::check;
use crate::program::Program;
use crate::transitions::{next, Action, Status};
use crate::{roles, Key, RuleError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    pub proposer: Key,
    /// Proposals of this proposer that are open already.
    pub open_proposals: u8,
    /// The upgrade may be executed without a kept copy of the code it replaces.
    pub no_rollback: bool,
    pub now: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposed {
    pub status: Status,
    pub expires_at: i64,
    pub open_proposals: u8,
}

pub fn propose(config: &Config, program: &Program, request: &Request) -> Result<Proposed, RuleError> {
    config.require(&request.proposer, roles::PROPOSE)?;
    program.require_governed()?;
    check(request.no_rollback, RuleError::RollbackBufferRequired)?;
    check(request.open_proposals < MAX_OPEN_PROPOSALS, RuleError::TooManyOpenProposals)?;
    Ok(Proposed {
        status: next(None, Action::Propose)?,
        expires_at: request.now.checked_add(config.voting_period).ok_or(RuleError::Overflow)?,
        open_proposals: request.open_proposals.checked_add(1).ok_or(RuleError::Overflow)?,
    })
}
