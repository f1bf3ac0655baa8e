//! Ending a proposal before it is executed. Nothing but the state and the voter's role can stand in the way: not time,
//! not staleness, not a pause.

use crate::config::{check, Config};
use crate::proposal::Proposal;
use crate::transitions::{next, Action, Status};
use crate::{roles, Key, RuleError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelVote {
    pub status: Status,
    /// The proposer took it back; this was no vote.
    pub withdrawn: bool,
    /// With this one, if it was a vote.
    pub cancel_votes: u8,
}

pub fn cancel(config: &Config, proposal: &Proposal, member: &Key) -> Result<CancelVote, RuleError> {
    let cast = u8::try_from(proposal.cancel_votes.len()).map_err(|_| RuleError::Overflow)?;
    if *member == proposal.proposer && proposal.status == Status::Proposed {
        let status = next(Some(proposal.status), Action::Withdraw)?;
        return Ok(CancelVote { status, withdrawn: true, cancel_votes: cast });
    }
    next(Some(proposal.status), Action::VoteToCancel)?;
    config.require(member, roles::APPROVE)?;
    check(!proposal.cancel_votes.contains(member), RuleError::AlreadyCancelVoted)?;
    let cancel_votes = cast.checked_add(1).ok_or(RuleError::Overflow)?;
    let action = if cancel_votes >= config.cancel_threshold { Action::Cancel } else { Action::VoteToCancel };
    Ok(CancelVote { status: next(Some(proposal.status), action)?, withdrawn: false, cancel_votes })
}
