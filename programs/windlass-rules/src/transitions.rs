//! The life of a proposal, as one table. Everything that asks "may this happen now?" reads it.
//!
//! Only what a transaction does is here. What time alone does (ready at eta, past its end, pause over) changes no
//! account: readers derive it from the proposal's times and the chain's clock, and anyone may have it written down
//! (`Expire`, `Outdate`).

use crate::RuleError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Proposed,
    /// Enough members approved; the timelock runs, or is over.
    Approved,
    Executed,
    /// Executed, and accounts are brought into the new layout.
    Migrating,
    /// Migrated, and too late for a rollback.
    Completed,
    Cancelled,
    /// Its time ran out.
    Expired,
    /// The config or the program's version is another than the one it was about.
    Stale,
    /// The upgrade was executed, and undone.
    RolledBack,
}

impl Status {
    pub const ALL: [Status; 9] = [
        Status::Proposed,
        Status::Approved,
        Status::Executed,
        Status::Migrating,
        Status::Completed,
        Status::Cancelled,
        Status::Expired,
        Status::Stale,
        Status::RolledBack,
    ];

    /// Can it still be voted on, or executed? Only then it holds a slot and counts against its proposer's quota.
    pub fn is_open(self) -> bool {
        matches!(self, Status::Proposed | Status::Approved)
    }

    /// It ended without being executed: what it held can be taken back.
    pub fn is_abandoned(self) -> bool {
        matches!(self, Status::Cancelled | Status::Expired | Status::Stale)
    }

    /// Never changes again.
    pub fn is_final(self) -> bool {
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
    /// An approval is taken back, and the status stays.
    Revoke,
    /// An approval is taken back, and the rest are too few: the timelock is void.
    FallBelowThreshold,
    /// The proposer takes it back.
    Withdraw,
    /// A vote to cancel that does not end it.
    VoteToCancel,
    /// The vote that reaches the cancel threshold.
    Cancel,
    /// Its time is written down to be over.
    Expire,
    /// Its staleness is written down.
    Outdate,
    /// A copy of the running code is kept for it.
    KeepRollbackBuffer,
    Execute,
    StartMigration,
    FinalizeMigration,
    /// A rollback puts the former code back.
    RollBack,
}

impl Action {
    pub const ALL: [Action; 16] = [
        Action::Propose,
        Action::Verify,
        Action::Approve,
        Action::CrossThreshold,
        Action::Revoke,
        Action::FallBelowThreshold,
        Action::Withdraw,
        Action::VoteToCancel,
        Action::Cancel,
        Action::Expire,
        Action::Outdate,
        Action::KeepRollbackBuffer,
        Action::Execute,
        Action::StartMigration,
        Action::FinalizeMigration,
        Action::RollBack,
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

const EXECUTED: Option<Status> = Some(Status::Executed);
const MIGRATING: Option<Status> = Some(Status::Migrating);

#[rustfmt::skip]
pub const TRANSITIONS: [Transition; 23] = [
    on(NONE,      Action::Propose,            Status::Proposed),
    on(PROPOSED,  Action::Verify,             Status::Proposed),
    on(PROPOSED,  Action::Approve,            Status::Proposed),
    on(PROPOSED,  Action::CrossThreshold,     Status::Approved),
    on(PROPOSED,  Action::Revoke,             Status::Proposed),
    on(PROPOSED,  Action::Withdraw,           Status::Cancelled),
    on(PROPOSED,  Action::VoteToCancel,       Status::Proposed),
    on(PROPOSED,  Action::Cancel,             Status::Cancelled),
    on(PROPOSED,  Action::Expire,             Status::Expired),
    on(PROPOSED,  Action::Outdate,            Status::Stale),
    on(APPROVED,  Action::Approve,            Status::Approved),
    on(APPROVED,  Action::Revoke,             Status::Approved),
    on(APPROVED,  Action::FallBelowThreshold, Status::Proposed),
    on(APPROVED,  Action::VoteToCancel,       Status::Approved),
    on(APPROVED,  Action::Cancel,             Status::Cancelled),
    on(APPROVED,  Action::Expire,             Status::Expired),
    on(APPROVED,  Action::Outdate,            Status::Stale),
    on(APPROVED,  Action::KeepRollbackBuffer, Status::Approved),
    on(APPROVED,  Action::Execute,            Status::Executed),
    on(EXECUTED,  Action::StartMigration,     Status::Migrating),
    on(EXECUTED,  Action::RollBack,           Status::RolledBack),
    on(MIGRATING, Action::FinalizeMigration,  Status::Completed),
    on(MIGRATING, Action::RollBack,           Status::RolledBack),
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
