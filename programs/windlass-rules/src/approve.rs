//! Approving a proposal.

use crate::config::Config;
use crate::error::check;
use crate::program::Program;
use crate::proposal::Proposal;
use crate::transitions::{next, Action, Status};
use crate::{roles, Digest, Key, RuleError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    pub member: Key,
    /// What the member read and means.
    pub digest: Digest,
    pub now: i64,
    /// The transaction would never have expired: it may have been signed long before the proposal existed.
    pub durable_nonce: bool,
    /// Another program made this call.
    pub nested: bool,
    /// The member is a keypair, not a program's address.
    pub on_curve: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approved {
    pub status: Status,
    /// This is the approval that reached the threshold.
    pub crosses: bool,
    /// With this one.
    pub approvals: u8,
    pub eta: i64,
    pub expires_at: i64,
}

pub fn approve(
    config: &Config,
    program: &Program,
    proposal: &Proposal,
    approval: &Approval,
) -> Result<Approved, RuleError> {
    // A keypair that signs for a call inside another program's instruction cannot see what it signs.
    check(!(approval.nested && approval.on_curve), RuleError::NestedApproval)?;
    check(!approval.durable_nonce, RuleError::DurableNonce)?;
    next(Some(proposal.status), Action::Approve)?;
    program.require_governed()?;
    proposal.require_fresh(config, program)?;
    check(approval.now < proposal.expires_at, RuleError::VotingClosed)?;
    config.require(&approval.member, roles::APPROVE)?;
    check(!proposal.approvals.contains(&approval.member), RuleError::AlreadyApproved)?;
    check(proposal.is_verified(), RuleError::BufferNotVerified)?;
    check(approval.digest == proposal.digest, RuleError::DigestMismatch)?;

    let approvals = u8::try_from(proposal.approvals.len())
        .ok()
        .and_then(|count| count.checked_add(1))
        .ok_or(RuleError::Overflow)?;
    let crosses = proposal.status == Status::Proposed && approvals >= config.threshold;
    if !crosses {
        let status = next(Some(proposal.status), Action::Approve)?;
        return Ok(Approved {
            status,
            crosses,
            approvals,
            eta: proposal.eta,
            expires_at: proposal.expires_at,
        });
    }
    check(program.slot.is_none(), RuleError::SlotTaken)?;
    let timelock = program.effective_timelock(config.timelock);
    let eta = approval.now.checked_add(timelock).ok_or(RuleError::Overflow)?;
    let expires_at = eta.checked_add(config.grace_period).ok_or(RuleError::Overflow)?;
    let status = next(Some(proposal.status), Action::CrossThreshold)?;
    Ok(Approved { status, crosses, approvals, eta, expires_at })
}
