//! Writing down that a proposal is over, by its time or by what changed under it. Anyone may: it frees the program's
//! slot and the proposer's quota.

use crate::config::{check, Config};
use crate::program::Program;
use crate::proposal::Proposal;
use crate::transitions::{next, Action, Status};
use crate::RuleError;

/// Expired or Stale; `NotExpired` where it is neither.
pub fn expire(
    config: &Config,
    program: Option<&Program>,
    proposal: &Proposal,
    now: i64,
) -> Result<Status, RuleError> {
    check(program.is_some() == proposal.kind.has_program(), RuleError::ProgramMismatch)?;
    let expired = next(Some(proposal.status), Action::Expire)?;
    if now >= proposal.expires_at {
        return Ok(expired);
    }
    check(!proposal.is_fresh(config, program), RuleError::NotExpired)?;
    next(Some(proposal.status), Action::Outdate)
}
