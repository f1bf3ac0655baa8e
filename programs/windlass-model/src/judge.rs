//! What must never happen, told from what the model saw and not from what the rules say.

use windlass_rules::config::{Config, MAX_OPEN_PROPOSALS};
use windlass_rules::migration::ROLLBACK_WINDOW;
use windlass_rules::proposal::Kind;
use windlass_rules::roles::{APPROVE, GUARD, PROPOSE};
use windlass_rules::transitions::Status;

use crate::action::{Action, Manner};
use crate::scope::{key, Scope, DAY};
use crate::state::{State, NOW};
use crate::time::{grace_after, least_wait};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Violation {
    TooFewApprovals = 1 << 0,
    TooEarly = 1 << 1,
    AfterGrace = 1 << 2,
    Stale = 1 << 3,
    Paused = 1 << 4,
    SlotShared = 1 << 5,
    QuotaExceeded = 1 << 6,
    ClosedChanged = 1 << 7,
    VersionNotCounted = 1 << 8,
    BelowFloor = 1 << 9,
    PauseUnbounded = 1 << 10,
    RollbackTooLate = 1 << 11,
    RollbackElsewhere = 1 << 12,
    NotAllowed = 1 << 13,
    UnseenSignature = 1 << 14,
    Stranded = 1 << 15,
    TrackerAstray = 1 << 16,
    CodeUnverified = 1 << 17,
    CopyLost = 1 << 18,
    InvariantBroken = 1 << 19,
}

impl Violation {
    pub fn of(self, state: &State) -> bool {
        state.violations & self as u32 != 0
    }
}

/// A set of violations under way.
#[derive(Default)]
pub struct Verdict(u32);

impl Verdict {
    pub fn must(&mut self, holds: bool, otherwise: Violation) {
        if !holds {
            self.0 |= otherwise as u32;
        }
    }

    pub fn bits(self) -> u32 {
        self.0
    }
}

/// `action` was accepted in `before` and made `after`.
pub fn judge(scope: &Scope, before: &State, action: &Action, after: &State) -> u32 {
    let mut verdict = Verdict::default();
    who(scope, before, action, &mut verdict);
    when(before, action, after, &mut verdict);
    if let Action::Execute { proposal, durable_nonce, .. } = action {
        verdict.must(!durable_nonce, Violation::UnseenSignature);
        execution(scope, before, *proposal, after, &mut verdict);
    }
    standing(scope, after, &mut verdict);
    change(before, after, &mut verdict);
    verdict.bits()
}

/// Members alone do members' things, each in their role.
fn who(scope: &Scope, before: &State, action: &Action, verdict: &mut Verdict) {
    let config = before.rules(scope);
    let holds = |by: u8, role: u8| has_role(&config, by, role);
    match *action {
        Action::Propose { by, .. } => verdict.must(holds(by, PROPOSE), Violation::NotAllowed),
        Action::Approve { by, manner, proposal } => {
            verdict.must(holds(by, APPROVE), Violation::NotAllowed);
            verdict.must(manner == Manner::Plain, Violation::UnseenSignature);
            verdict.must(before.proposals[usize::from(proposal)].verified, Violation::CodeUnverified);
        }
        Action::Revoke { by, proposal } => {
            let voted = before.proposals[usize::from(proposal)].approvals.get(usize::from(by));
            verdict.must(voted.is_some_and(|votes| *votes > 0), Violation::NotAllowed);
        }
        Action::Cancel { by, proposal } => {
            let proposer = before.proposals[usize::from(proposal)].proposer == by;
            verdict.must(holds(by, APPROVE) || proposer, Violation::NotAllowed);
        }
        Action::Pause { by, .. } => verdict.must(holds(by, GUARD), Violation::NotAllowed),
        Action::Resume { by } => {
            verdict.must(before.pause.by == Some(by) || !before.is_paused(), Violation::NotAllowed)
        }
        _ => {}
    }
}

/// Nothing but what takes power away, and a rollback, happens in a pause; pauses are short and few.
fn when(before: &State, action: &Action, after: &State, verdict: &mut Verdict) {
    let rollback = |proposal: u8| before.proposals[usize::from(proposal)].kind() == Kind::Rollback;
    let pausable = match *action {
        Action::Propose { subject, .. } => subject != crate::scope::Subject::Rollback,
        Action::Approve { proposal, .. } | Action::Execute { proposal, .. } => !rollback(proposal),
        Action::Start(_) | Action::Migrate(_) => true,
        _ => false,
    };
    verdict.must(!(pausable && before.is_paused()), Violation::Paused);
    if let Action::Approve { proposal, .. } = *action {
        let proposal = &before.proposals[usize::from(proposal)];
        let fresh = proposal.config_seq == before.config_seq
            && (proposal.kind() == Kind::Config || proposal.base_version == before.program.version);
        verdict.must(fresh, Violation::Stale);
        verdict.must(NOW < proposal.expires_at, Violation::AfterGrace);
    }
    if let Action::Pause { seconds, .. } = *action {
        verdict.must((1..=3 * DAY).contains(&seconds), Violation::PauseUnbounded);
        verdict.must(after.ghost.pauses.len() <= 3, Violation::PauseUnbounded);
        verdict.must(!before.is_paused(), Violation::PauseUnbounded);
    }
    if let Action::Migrate(id) | Action::Revert(id) = *action {
        let runs = before.program.migration == Some(id) && !before.program.released;
        let back = matches!(action, Action::Revert(_));
        verdict.must(runs, Violation::Stale);
        // A rollback that was approved and not executed in its window holds nobody up.
        let over = NOW - before.ghost.upgraded_at >= ROLLBACK_WINDOW;
        let approved = before.program.rollback_slot.is_some();
        verdict.must(if back { approved } else { !approved || over }, Violation::TrackerAstray);
    }
}

fn execution(scope: &Scope, before: &State, id: u8, after: &State, verdict: &mut Verdict) {
    let proposal = &before.proposals[usize::from(id)];
    let config = before.rules(scope);
    let approvers = (0..scope.members)
        .filter(|member| proposal.approvals[usize::from(*member)] > 0 && has_role(&config, *member, APPROVE))
        .count();
    let rollback = proposal.kind() == Kind::Rollback;
    let threshold = if rollback { config.emergency_threshold } else { config.threshold };
    verdict.must(approvers >= usize::from(threshold), Violation::TooFewApprovals);

    let least = least_wait(&config, scope, proposal);
    let waited = if rollback { proposal.elapsed } else { proposal.waited };
    verdict.must(waited >= least, Violation::TooEarly);
    verdict.must(proposal.elapsed < least + grace_after(&config, least), Violation::AfterGrace);
    verdict.must(proposal.config_seq == before.config_seq, Violation::Stale);
    verdict.must(proposal.verified, Violation::CodeUnverified);
    if proposal.kind() != Kind::Config {
        verdict.must(proposal.base_version == before.program.version, Violation::Stale);
        verdict.must(!before.program.released, Violation::Stale);
        let slot = if rollback { before.program.rollback_slot } else { before.program.slot };
        verdict.must(slot == Some(id), Violation::SlotShared);
    }
    let keeps = match proposal.subject {
        crate::scope::Subject::Upgrade { no_rollback, .. } => {
            let copy = proposal.kept.map(|(_, code)| code);
            no_rollback || copy == Some(before.program.code)
        }
        _ => true,
    };
    verdict.must(keeps, Violation::CopyLost);
    if rollback {
        let since = NOW - before.ghost.upgraded_at;
        verdict.must(before.ghost.upgraded_at != 0 && since < ROLLBACK_WINDOW, Violation::RollbackTooLate);
        let undone = proposal.rolls_back == before.program.last_upgrade;
        let former = before.ghost.former_code == Some(after.program.code);
        verdict.must(undone && former, Violation::RollbackElsewhere);
        let tracker = before.program.migration.and_then(|id| before.proposals[usize::from(id)].tracker);
        let stranded = tracker.is_some_and(|tracker| tracker.migrated > tracker.reverted);
        verdict.must(!stranded, Violation::Stranded);
    }
}

/// What is true of every state.
fn standing(scope: &Scope, state: &State, verdict: &mut Verdict) {
    let program = &state.program;
    let approved = |slot: fn(Kind) -> bool| {
        let holds = move |(_, proposal): &(usize, &crate::state::ProposalAccount)| {
            proposal.status() == Status::Approved && slot(proposal.kind())
        };
        state.proposals.iter().enumerate().filter(holds).map(|(id, _)| id as u8).collect::<Vec<_>>()
    };
    let takers = approved(|kind| matches!(kind, Kind::Upgrade | Kind::Transfer));
    verdict.must(takers == program.slot.into_iter().collect::<Vec<_>>(), Violation::SlotShared);
    let rollbacks = approved(|kind| kind == Kind::Rollback);
    let fresh = rollbacks.iter().filter(|id| {
        let proposal = &state.proposals[usize::from(**id)];
        proposal.base_version == program.version && !program.released
    });
    let held = program.rollback_slot.is_none_or(|id| rollbacks.contains(&id));
    verdict.must(held && fresh.eq(program.rollback_slot.iter()), Violation::SlotShared);

    let config = state.rules(scope);
    for member in 0..scope.members {
        let counts = |proposal: &&crate::state::ProposalAccount| {
            proposal.is_open() && proposal.proposer == member && proposal.config_seq == state.config_seq
        };
        let open = state.proposals.iter().filter(counts).count();
        let told = state.open_proposals[usize::from(member)];
        let within = open <= usize::from(MAX_OPEN_PROPOSALS) && open == usize::from(told);
        verdict.must(within, Violation::QuotaExceeded);
    }
    let approvers = config.count(APPROVE) as u8;
    let floors = config.timelock >= 2 * DAY
        && config.grace_period >= 14 * DAY
        && (1..=approvers).contains(&config.threshold)
        && config.cancel_threshold > approvers - config.threshold
        && config.emergency_threshold >= config.threshold;
    verdict.must(floors, Violation::BelowFloor);

    if let Some(tracker) = program.migration.and_then(|id| state.proposals[usize::from(id)].tracker) {
        let reverting = tracker.state == 1;
        let finalized = tracker.state == 2;
        let follows = finalized || program.released || reverting == program.rollback_slot.is_some();
        verdict.must(follows, Violation::TrackerAstray);
    }
}

/// Closed is closed, and each new code is a new version.
fn change(before: &State, after: &State, verdict: &mut Verdict) {
    for (was, is) in before.proposals.iter().zip(&after.proposals).filter(|(was, _)| !was.is_open()) {
        let status = was.status == is.status
            || matches!(
                (was.status(), is.status()),
                (Status::Executed, Status::Migrating | Status::RolledBack)
                    | (Status::Migrating, Status::Completed | Status::RolledBack)
            );
        let rest = crate::state::ProposalAccount {
            status: is.status,
            kept: is.kept,
            tracker: is.tracker,
            ..was.clone()
        };
        verdict.must(status && rest == *is, Violation::ClosedChanged);
    }
    let (was, is) = (&before.program, &after.program);
    let counted = is.version == was.version || is.version == was.version + 1;
    verdict.must(counted && (was.code == is.code || is.version > was.version), Violation::VersionNotCounted);
}

pub fn has_role(config: &Config, member: u8, role: u8) -> bool {
    config.members.iter().any(|other| other.key == key(member) && other.roles & role != 0)
}
