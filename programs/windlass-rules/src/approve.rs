//! Approving a proposal.

use crate::config::{check, Config};
use crate::program::Program;
use crate::proposal::{Kind, Proposal};
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
    pub pause_mark: i64,
    pub expires_at: i64,
}

pub fn approve(
    config: &Config,
    program: Option<&Program>,
    proposal: &Proposal,
    approval: &Approval,
) -> Result<Approved, RuleError> {
    // A keypair that signs for a call inside another program's instruction cannot see what it signs.
    check(!(approval.nested && approval.on_curve), RuleError::NestedApproval)?;
    check(!approval.durable_nonce, RuleError::DurableNonce)?;
    next(Some(proposal.status), Action::Approve)?;
    check(!proposal.kind.is_pausable() || !config.pause.in_force(approval.now), RuleError::SystemPaused)?;
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
    let crosses = proposal.status == Status::Proposed && approvals >= config.threshold_of(proposal.kind);
    if !crosses {
        let status = next(Some(proposal.status), Action::Approve)?;
        return Ok(Approved {
            status,
            crosses,
            approvals,
            eta: proposal.eta,
            pause_mark: proposal.pause_mark,
            expires_at: proposal.expires_at,
        });
    }
    let taken = program.is_some_and(|program| program.slot_of(proposal.kind).is_some());
    check(!taken, RuleError::SlotTaken)?;
    let (eta, expires_at) = schedule(config, program, proposal.kind, approval.now)?;
    let status = next(Some(proposal.status), Action::CrossThreshold)?;
    let pause_mark = config.pause.elapsed(approval.now)?;
    Ok(Approved { status, crosses, approvals, eta, pause_mark, expires_at })
}

/// From when and until when what is approved `now` can be executed.
fn schedule(
    config: &Config,
    program: Option<&Program>,
    kind: Kind,
    now: i64,
) -> Result<(i64, i64), RuleError> {
    let delay = match (kind, program) {
        (Kind::Rollback, _) => config.rollback_delay,
        (_, Some(program)) => program.effective_timelock(config.timelock),
        (_, None) => config.timelock,
    };
    let eta = now.checked_add(delay).ok_or(RuleError::Overflow)?;
    let expires_at = eta.checked_add(config.grace_after(delay)).ok_or(RuleError::Overflow)?;
    match (kind, program) {
        (Kind::Rollback, Some(program)) => {
            let window_ends = program.rollback_window_ends()?;
            check(eta < window_ends, RuleError::RollbackWindowOver)?;
            Ok((eta, expires_at.min(window_ends)))
        }
        _ => Ok((eta, expires_at)),
    }
}
