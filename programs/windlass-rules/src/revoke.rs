//! Taking an approval back. It only takes power away, so neither time nor pause nor the role a member still has stands
//! in the way, and any transaction may carry it.

use crate::config::{check, Config};
use crate::proposal::Proposal;
use crate::transitions::{next, Action, Status};
use crate::{Key, RuleError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    pub status: Status,
    /// The rest are too few: the timelock is void, the slot is free, and the next crossing starts a new timelock.
    pub falls: bool,
    /// Without this one.
    pub approvals: u8,
    pub expires_at: i64,
}

pub fn revoke(config: &Config, proposal: &Proposal, member: &Key) -> Result<Revoked, RuleError> {
    let status = next(Some(proposal.status), Action::Revoke)?;
    check(proposal.approvals.contains(member), RuleError::NotApproved)?;
    let approvals = u8::try_from(proposal.approvals.len())
        .ok()
        .and_then(|count| count.checked_sub(1))
        .ok_or(RuleError::Overflow)?;
    let falls = proposal.status == Status::Approved && approvals < config.threshold_of(proposal.kind);
    if !falls {
        return Ok(Revoked { status, falls, approvals, expires_at: proposal.expires_at });
    }
    let status = next(Some(proposal.status), Action::FallBelowThreshold)?;
    let expires_at = proposal.created_at.checked_add(config.voting_period).ok_or(RuleError::Overflow)?;
    Ok(Revoked { status, falls, approvals, expires_at })
}
