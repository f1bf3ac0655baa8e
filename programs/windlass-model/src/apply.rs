//! What an accepted action writes. The questions are the rules'; the writes mirror, line by line, the instructions of
//! the Anchor crate (`programs/windlass/src/instructions`), which alone holds them: votes pushed and taken out, times
//! cleared by a fall, the slot taken and freed, the quota counted, the tracker turned, the copy handed over.

use windlass_rules::approve::Approval;
use windlass_rules::migration::{Migration, MigrationState, Start};
use windlass_rules::migration_plan::Side;
use windlass_rules::program::Program;
use windlass_rules::proposal::Kind;
use windlass_rules::propose::Request;
use windlass_rules::transitions::Status;

use crate::action::{Action, Manner};
use crate::execution;
use crate::scope::{copy_key, key, proposal_key, Scope, Subject, STRANGER};
use crate::state::{ProposalAccount, State, StatusCode, Tracker, NOW, REGISTERED_AGAIN};
use crate::time;

/// The state after `action`, unjudged and unsettled; None: refused, nothing has changed.
pub fn apply(state: &State, scope: &Scope, action: &Action) -> Option<State> {
    let mut after = state.clone();
    let next = &mut after;
    match *action {
        Action::Propose { by, subject } => propose(next, scope, by, subject),
        Action::Verify(id) => verify(next, id),
        Action::Approve { proposal, by, manner } => approve(next, scope, proposal, by, manner),
        Action::Revoke { proposal, by } => revoke(next, scope, proposal, by),
        Action::Cancel { proposal, by } => cancel(next, scope, proposal, by),
        Action::Expire(id) => expire(next, scope, id),
        Action::Execute { proposal, instruction, durable_nonce } => {
            execution::execute(next, scope, proposal, instruction, durable_nonce)
        }
        Action::Keep(id) => keep(next, scope, id),
        Action::Retire(id) => retire(next, scope, id),
        Action::Pause { by, seconds } => pause(next, scope, by, seconds),
        Action::Resume { by } => resume(next, scope, by),
        Action::Start(id) => start(next, scope, id),
        Action::Migrate(id) => move_account(next, scope, id, Side::New),
        Action::Revert(id) => move_account(next, scope, id, Side::Old),
        Action::Finalize(id) => finalize(next, scope, id),
        Action::Register => register(next),
        Action::Wait => {
            after = time::wait(state, scope, time::next_moment(state, scope)?);
            return Some(after);
        }
        Action::Idle => {
            after = time::wait(state, scope, time::IDLE);
            after.idles += 1;
            return Some(after);
        }
    }?;
    // As every instruction ends: a transaction that breaks its own accounts fails.
    after.invariant().then_some(after)
}

impl State {
    pub fn proposal(&mut self, id: u8) -> &mut ProposalAccount {
        &mut self.proposals[usize::from(id)]
    }

    /// The program, where the proposal is about one.
    pub fn program_of(&self, scope: &Scope, kind: Kind) -> Option<Program> {
        kind.has_program().then(|| self.program_rules(scope))
    }

    fn running_tracker(&mut self) -> Option<&mut Tracker> {
        let id = self.program.migration?;
        self.proposal(id).tracker.as_mut()
    }

    fn free_slot_of(&mut self, id: u8) {
        if self.program.rollback_slot == Some(id) {
            if let Some(tracker) = self.running_tracker() {
                let resumed = tracker.rules().resume();
                tracker.write(&resumed);
            }
            self.program.rollback_slot = None;
        }
        if self.program.slot == Some(id) {
            self.program.slot = None;
        }
    }

    /// Closed: it counts against no quota. One of a former config counted against none already.
    pub fn close(&mut self, id: u8, status: Status) -> Option<()> {
        let seq = self.config_seq;
        let proposal = self.proposal(id);
        proposal.status = status.into();
        proposal.closed = true;
        if proposal.config_seq == seq {
            let proposer = usize::from(proposal.proposer);
            self.open_proposals[proposer] = self.open_proposals[proposer].checked_sub(1)?;
        }
        Some(())
    }

    /// `MultisigConfig::invariant`, `ProgramUpgradeState::invariant` and those of the open proposals.
    fn invariant(&self) -> bool {
        let program = &self.program;
        let waits = program.slot.is_some() || program.rollback_slot.is_some() || program.migration_open;
        let upgraded = program.last_upgrade.is_some();
        let of_upgrade = upgraded || (program.kept.is_none() && program.migration.is_none());
        let kept = program.kept.is_none_or(|(_, version)| version < program.version);
        let open = self.proposals.iter().enumerate().filter(|(_, proposal)| proposal.is_open());
        of_upgrade
            && kept
            && (!program.migration_open || program.migration.is_some())
            && (!program.released || !waits)
            && open.into_iter().all(|(id, proposal)| proposal.rules(id as u8).invariant().is_ok())
    }
}

fn propose(state: &mut State, scope: &Scope, by: u8, subject: Subject) -> Option<()> {
    let config = state.rules(scope);
    let mut rolls_back = None;
    let kind = match subject {
        Subject::Upgrade { .. } => Kind::Upgrade,
        Subject::Transfer => Kind::Transfer,
        Subject::Config(id) => {
            (scope.rules.validate)(&scope.config(id, state.config_seq, state.pause.rules())).ok()?;
            Kind::Config
        }
        Subject::Rollback => {
            state.program.kept?;
            rolls_back = Some(state.program.last_upgrade?);
            Kind::Rollback
        }
    };
    let program = state.program_of(scope, kind);
    // `open_proposals_of` refuses a stranger before any rule is asked; the rule is asked here all the same.
    let open_proposals = state.open_proposals.get(usize::from(by)).copied().unwrap_or(0);
    let request = Request { kind, proposer: key(by), open_proposals, now: NOW };
    let proposed = (scope.rules.propose)(&config, program.as_ref(), &request).ok()?;
    if by != STRANGER {
        state.open_proposals[usize::from(by)] = proposed.open_proposals;
    }
    state.proposals.push(ProposalAccount {
        subject,
        proposer: by,
        status: proposed.status.into(),
        base_version: if kind.has_program() { state.program.version } else { 0 },
        config_seq: state.config_seq,
        verified: kind != Kind::Upgrade,
        created_at: NOW,
        approved_at: 0,
        eta: 0,
        pause_mark: 0,
        expires_at: proposed.expires_at,
        closed: false,
        approvals: [0; 4],
        cancel_votes: [0; 4],
        kept: None,
        rolls_back,
        tracker: None,
        waited: 0,
        elapsed: 0,
    });
    Some(())
}

fn verify(state: &mut State, id: u8) -> Option<()> {
    let proposal = state.proposal(id);
    let mut rules = proposal.rules(id);
    rules.verified_digest = if proposal.verified { rules.code_digest } else { [0; 32] };
    let chunk = windlass_rules::code::next_chunk(&rules).ok()?;
    windlass_rules::code::check_chunk(&rules, chunk.end, &rules.code_digest).ok()?;
    proposal.verified = true;
    Some(())
}

fn approve(state: &mut State, scope: &Scope, id: u8, by: u8, manner: Manner) -> Option<()> {
    let config = state.rules(scope);
    let kind = state.proposal(id).kind();
    let program = state.program_of(scope, kind);
    let approval = Approval {
        member: key(by),
        digest: if manner == Manner::OtherDigest { [1; 32] } else { proposal_key(id) },
        now: NOW,
        durable_nonce: manner == Manner::DurableNonce,
        nested: manner == Manner::Nested,
        on_curve: true,
    };
    let rules = state.proposal(id).rules(id);
    let approved = (scope.rules.approve)(&config, program.as_ref(), &rules, &approval).ok()?;
    let proposal = state.proposal(id);
    if let Some(count) = proposal.approvals.get_mut(usize::from(by)) {
        *count += 1;
    }
    proposal.status = approved.status.into();
    proposal.eta = approved.eta;
    proposal.pause_mark = approved.pause_mark;
    proposal.expires_at = approved.expires_at;
    if approved.crosses {
        proposal.approved_at = NOW;
        (proposal.waited, proposal.elapsed) = (0, 0);
        match kind {
            Kind::Config => {}
            Kind::Upgrade | Kind::Transfer => state.program.slot = Some(id),
            Kind::Rollback => {
                if let Some(tracker) = state.running_tracker() {
                    let reverting = tracker.rules().revert().ok()?;
                    tracker.write(&reverting);
                }
                state.program.rollback_slot = Some(id);
            }
        }
    }
    Some(())
}

fn revoke(state: &mut State, scope: &Scope, id: u8, by: u8) -> Option<()> {
    let config = state.rules(scope);
    let revoked = (scope.rules.revoke)(&config, &state.proposal(id).rules(id), &key(by)).ok()?;
    let proposal = state.proposal(id);
    *proposal.approvals.get_mut(usize::from(by))? = 0;
    proposal.status = revoked.status.into();
    proposal.expires_at = revoked.expires_at;
    if revoked.falls {
        (proposal.approved_at, proposal.eta, proposal.pause_mark) = (0, 0, 0);
        (proposal.waited, proposal.elapsed) = (0, 0);
        state.free_slot_of(id);
    }
    Some(())
}

fn cancel(state: &mut State, scope: &Scope, id: u8, by: u8) -> Option<()> {
    let config = state.rules(scope);
    let vote = (scope.rules.cancel)(&config, &state.proposal(id).rules(id), &key(by)).ok()?;
    let proposal = state.proposal(id);
    if !vote.withdrawn {
        *proposal.cancel_votes.get_mut(usize::from(by))? += 1;
    }
    if vote.status == Status::Cancelled {
        state.close(id, vote.status)?;
        state.free_slot_of(id);
    } else {
        proposal.status = vote.status.into();
    }
    Some(())
}

fn expire(state: &mut State, scope: &Scope, id: u8) -> Option<()> {
    let config = state.rules(scope);
    let program = state.program_of(scope, state.proposals[usize::from(id)].kind());
    let rules = state.proposal(id).rules(id);
    let status = (scope.rules.expire)(&config, program.as_ref(), &rules, NOW).ok()?;
    state.close(id, status)?;
    state.free_slot_of(id);
    Some(())
}

/// The bytes are the running code's: what is kept remembers which.
fn keep(state: &mut State, scope: &Scope, id: u8) -> Option<()> {
    let (config, program) = (state.rules(scope), state.program_rules(scope));
    let rules = state.proposal(id).rules(id);
    let status = (scope.rules.keep)(&config, &program, &rules).ok()?;
    let copy = (state.program.version, state.program.code);
    let proposal = state.proposal(id);
    proposal.status = status.into();
    proposal.kept = Some(copy);
    Some(())
}

fn retire(state: &mut State, scope: &Scope, id: u8) -> Option<()> {
    let program = state.program_rules(scope);
    state.proposal(id).kept?;
    let rules = state.proposal(id).rules(id);
    (scope.rules.retire)(&program, &rules, &copy_key(id), NOW).ok()?;
    state.proposal(id).kept = None;
    if state.program.kept.is_some_and(|(by, _)| by == id) {
        state.program.kept = None;
    }
    Some(())
}

fn pause(state: &mut State, scope: &Scope, by: u8, seconds: i64) -> Option<()> {
    let paused = (scope.rules.pause)(&state.rules(scope), &key(by), seconds, NOW).ok()?;
    state.pause.write(&paused);
    state.pauses += 1;
    state.ghost.paused_until = NOW + seconds;
    state.ghost.pauses.push(NOW);
    paused.invariant().ok()
}

fn resume(state: &mut State, scope: &Scope, by: u8) -> Option<()> {
    let resumed = (scope.rules.resume)(&state.pause.rules(), &key(by), NOW).ok()?;
    state.pause.write(&resumed);
    state.ghost.paused_until = 0;
    Some(())
}

fn start(state: &mut State, scope: &Scope, id: u8) -> Option<()> {
    let program = state.program_rules(scope);
    let paused = state.pause.rules().in_force(NOW);
    let version = state.program.version;
    let proposal = state.proposal(id);
    let start = Start {
        proposal: proposal_key(id),
        status: proposal.status(),
        base_version: proposal.base_version.into(),
        has_plan: proposal.has_plan(),
        paused,
    };
    proposal.status = StatusCode::from((scope.rules.start)(&program, &start).ok()?);
    let mut tracker = Tracker { version, state: 0, migrated: 0, reverted: 0 };
    tracker.write(&Migration::new(version.into()));
    proposal.tracker = Some(tracker);
    state.program.migration = Some(id);
    state.program.migration_open = true;
    Some(())
}

fn move_account(state: &mut State, scope: &Scope, id: u8, to: Side) -> Option<()> {
    let program = state.program_rules(scope);
    let paused = state.pause.rules().in_force(NOW);
    let tracker = state.proposal(id).tracker.as_mut()?;
    let migration = tracker.rules();
    (scope.rules.require_open)(&migration, &program, to, paused).ok()?;
    tracker.write(&migration.count(to).ok()?);
    Some(())
}

fn finalize(state: &mut State, scope: &Scope, id: u8) -> Option<()> {
    let program = state.program_rules(scope);
    let proposal = state.proposal(id);
    let status = proposal.status();
    let tracker = proposal.tracker.as_mut()?;
    let (migration, status) = (scope.rules.finalize)(tracker.rules(), &program, status, NOW).ok()?;
    debug_assert_eq!(migration.state, MigrationState::Finalized);
    tracker.write(&migration);
    proposal.status = status.into();
    state.program.migration_open = false;
    Some(())
}

/// `register_released_program`; which code runs then, only its owner knows.
fn register(state: &mut State) -> Option<()> {
    let program = &mut state.program;
    if !program.released {
        return None;
    }
    program.version += 1;
    program.released = false;
    program.code = REGISTERED_AGAIN;
    (program.kept, program.last_upgrade, program.migration) = (None, None, None);
    Some(())
}
