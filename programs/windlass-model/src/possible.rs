//! What must always remain possible to enough honest members, shown by doing it: from the state, step by step, with
//! nobody else to help and waiting where there is something to wait for.

use windlass_rules::config::MAX_OPEN_PROPOSALS;
use windlass_rules::proposal::Kind;
use windlass_rules::roles::{APPROVE, PROPOSE};
use windlass_rules::transitions::Status;

use crate::action::{Action, Instruction, Manner};
use crate::apply::apply;
use crate::judge::has_role;
use crate::scope::{Scope, Subject};
use crate::state::{ProposalAccount, State, NOW};
use crate::time::{least_wait, paused_until_its_end, settle, wait};

/// Whatever is open: as many approvers as the cancel threshold asks end it, at once.
pub fn cancelled(scope: &Scope, state: &State) -> bool {
    let open = |id: &usize| state.violations == 0 && state.proposals[*id].is_open();
    (0..state.proposals.len()).filter(open).all(|id| cancel(scope, state.clone(), id as u8).is_some())
}

/// In the last second of its grace, an approved proposal has waited long enough: guards could not pause all of it away.
pub fn outlasts_pauses(scope: &Scope, state: &State) -> bool {
    let config = state.rules(scope);
    let ends = |proposal: &&ProposalAccount| {
        let fresh = proposal.config_seq == state.config_seq && proposal.kind() != Kind::Rollback;
        fresh && proposal.status() == Status::Approved && proposal.expires_at == NOW + 1
    };
    let waited = |proposal: &ProposalAccount| proposal.waited >= least_wait(&config, scope, proposal);
    state.proposals.iter().filter(ends).all(waited)
}

/// When a proposal can be executed, if nobody pauses again.
fn ready_at(state: &State, proposal: &ProposalAccount) -> i64 {
    proposal.eta + paused_until_its_end(state) - proposal.pause_mark
}

/// Approved and fresh: once eta and pause have passed, anyone executes it, if that is before its grace is over. Only a
/// migration under way holds up the next one.
pub fn executed(scope: &Scope, state: &State) -> bool {
    let due = |id: &usize| {
        let proposal = &state.proposals[*id];
        let same_version = proposal.base_version == state.program.version && !state.program.released;
        proposal.status() == Status::Approved
            && proposal.kind() != Kind::Rollback
            && proposal.config_seq == state.config_seq
            && (proposal.kind() == Kind::Config || (same_version && !state.program.migration_open))
            && ready_at(state, proposal).max(state.pause.until) < proposal.expires_at
            && NOW < proposal.expires_at
    };
    let all = 0..state.proposals.len();
    state.violations != 0 || all.filter(due).all(|id| execute(scope, state, id as u8).is_some())
}

/// While enough is left of the window for the delay: cancel what is in the way, propose, approve, revert, execute. Where
/// every proposer has used up their quota, they stand in their own way alone.
pub fn rolled_back(scope: &Scope, state: &State) -> bool {
    let program = &state.program;
    let left = state.ghost.upgraded_at + windlass_rules::migration::ROLLBACK_WINDOW - NOW;
    let delay = state.rules(scope).rollback_delay;
    let with_copy = |id: u8| {
        matches!(state.proposals[usize::from(id)].subject, Subject::Upgrade { no_rollback: false, .. })
    };
    let asked = program.last_upgrade.is_some_and(with_copy) && !program.released;
    let proposer = holders(scope, state, PROPOSE)
        .into_iter()
        .find(|by| state.open_proposals[usize::from(*by)] < MAX_OPEN_PROPOSALS);
    let rolls_back = |by| roll_back(scope, state.clone(), by, delay).is_some();
    state.violations != 0 || !asked || left <= delay || proposer.is_none_or(rolls_back)
}

fn step(scope: &Scope, state: &State, action: Action) -> Option<State> {
    let mut after = apply(state, scope, &action)?;
    settle(&mut after, scope);
    Some(after)
}

fn holders(scope: &Scope, state: &State, role: u8) -> Vec<u8> {
    let config = state.rules(scope);
    (0..scope.members).filter(|member| has_role(&config, *member, role)).collect()
}

fn cancel(scope: &Scope, mut state: State, id: u8) -> Option<State> {
    let voters = holders(scope, &state, APPROVE);
    for by in voters {
        let voted = state.proposals[usize::from(id)].cancel_votes[usize::from(by)] > 0;
        if voted {
            continue;
        }
        state = step(scope, &state, Action::Cancel { proposal: id, by })?;
        if !state.proposals[usize::from(id)].is_open() {
            return Some(state);
        }
    }
    None
}

fn execute(scope: &Scope, state: &State, id: u8) -> Option<State> {
    let proposal = &state.proposals[usize::from(id)];
    let ready_at = ready_at(state, proposal).max(state.pause.until);
    let mut state = wait(state, scope, (ready_at - NOW).max(0));
    let proposal = &state.proposals[usize::from(id)];
    let instruction = match proposal.subject {
        Subject::Upgrade { no_rollback, .. } => {
            if !no_rollback && proposal.kept.is_none() {
                state = step(scope, &state, Action::Keep(id))?;
            }
            Instruction::ExecuteUpgrade
        }
        Subject::Rollback => Instruction::RollbackUpgrade,
        Subject::Config(_) => Instruction::ExecuteConfig,
        Subject::Transfer => Instruction::ExecuteTransfer,
    };
    step(scope, &state, Action::Execute { proposal: id, instruction, durable_nonce: false })
}

fn roll_back(scope: &Scope, mut state: State, by: u8, delay: i64) -> Option<State> {
    for id in 0..state.proposals.len() {
        if state.proposals[id].is_open() && state.proposals[id].kind() == Kind::Rollback {
            state = cancel(scope, state, id as u8)?;
        }
    }
    let id = state.proposals.len() as u8;
    state = step(scope, &state, Action::Propose { by, subject: Subject::Rollback })?;
    for by in holders(scope, &state, APPROVE) {
        if state.proposals[usize::from(id)].status() == Status::Proposed {
            state = step(scope, &state, Action::Approve { proposal: id, by, manner: Manner::Plain })?;
        }
    }
    let tracked = state.program.migration;
    if let Some((of, tracker)) = tracked.and_then(|id| Some((id, state.proposals[usize::from(id)].tracker?)))
    {
        if tracker.migrated > tracker.reverted {
            state = step(scope, &state, Action::Revert(of))?;
        }
    }
    state = wait(&state, scope, delay);
    let instruction = Instruction::RollbackUpgrade;
    step(scope, &state, Action::Execute { proposal: id, instruction, durable_nonce: false })
}
