//! The life of a proposal, as one table. Everything that asks "may this happen now?" reads it.
//!
//! Only what a transaction does is here. What time alone does (ready at eta, expired, stale) changes no account:
//! readers derive it from the proposal's times and the chain's clock.

use crate::RuleError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Proposed,
    Approved,
    Executed,
    Cancelled,
}

impl Status {
    pub const ALL: [Status; 4] = [Status::Proposed, Status::Approved, Status::Executed, Status::Cancelled];

    /// Closed proposals never change again.
    pub fn is_closed(self) -> bool {
        !TRANSITIONS.iter().any(|transition| transition.from == Some(self))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Propose,
    /// A chunk of the buffer is hashed.
    Verify,
    /// An approval that leaves the status as it is: below the threshold, or above it already.
    Approve,
    /// The approval that reaches the threshold: starts the timelock and takes the program's slot.
    CrossThreshold,
    /// The proposer takes it back.
    Withdraw,
    /// A vote to cancel that does not end it.
    VoteToCancel,
    /// The vote that reaches the cancel threshold.
    Cancel,
    Execute,
}

impl Action {
    pub const ALL: [Action; 8] = [
        Action::Propose,
        Action::Verify,
        Action::Approve,
        Action::CrossThreshold,
        Action::Withdraw,
        Action::VoteToCancel,
        Action::Cancel,
        Action::Execute,
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// None: the proposal does not exist yet.
    pub from: Option<Status>,
    pub action: Action,
    pub to: Status,
}

const fn on(from: Option<Status>, action: Action, to: Status) -> Transition {
    Transition { from, action, to }
}

const NONE: Option<Status> = None;
const PROPOSED: Option<Status> = Some(Status::Proposed);
const APPROVED: Option<Status> = Some(Status::Approved);

#[rustfmt::skip]
pub const TRANSITIONS: [Transition; 11] = [
    on(NONE,     Action::Propose,        Status::Proposed),
    on(PROPOSED, Action::Verify,         Status::Proposed),
    on(PROPOSED, Action::Approve,        Status::Proposed),
    on(PROPOSED, Action::CrossThreshold, Status::Approved),
    on(PROPOSED, Action::Withdraw,       Status::Cancelled),
    on(PROPOSED, Action::VoteToCancel,   Status::Proposed),
    on(PROPOSED, Action::Cancel,         Status::Cancelled),
    on(APPROVED, Action::Approve,        Status::Approved),
    on(APPROVED, Action::VoteToCancel,   Status::Approved),
    on(APPROVED, Action::Cancel,         Status::Cancelled),
    on(APPROVED, Action::Execute,        Status::Executed),
];

/// The status after `action`.
///
/// # Errors
/// `InvalidState` where the table has no such transition.
pub fn next(from: Option<Status>, action: Action) -> Result<Status, RuleError> {
    TRANSITIONS
        .iter()
        .find(|transition| transition.from == from && transition.action == action)
        .map(|transition| transition.to)
        .ok_or(RuleError::InvalidState)
}
