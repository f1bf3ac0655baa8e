//! Time passes from one moment that matters to the next: the last second before each boundary, and the boundary.
//!
//! Every rule asks whether a boundary has been reached, so a rule that is a second off answers wrongly in one of the two.
//! Waiting for longer is waiting more than once, so one way to wait is enough. What lies so far back that no rule can
//! tell, and what no rule will ask for again, is brought to one value, which makes the states finite and few.

use windlass_rules::config::Config;
use windlass_rules::migration::ROLLBACK_WINDOW;
use windlass_rules::pause::PAUSE_WINDOW;
use windlass_rules::proposal::Kind;
use windlass_rules::transitions::Status;

use crate::scope::{Scope, Subject, DAY};
use crate::state::{ProposalAccount, State, AS_REGISTERED, NOW};

/// A moment that no boundary is near, this many seconds later.
pub const IDLE: i64 = DAY + 7;

/// Seconds until the next moment that matters; None where time changes nothing any more.
pub fn next_moment(state: &State, scope: &Scope) -> Option<i64> {
    boundaries(state, scope)
        .into_iter()
        .flat_map(|boundary| [boundary - 1, boundary])
        .filter(|moment| *moment > NOW)
        .min()
        .map(|moment| moment - NOW)
}

fn boundaries(state: &State, scope: &Scope) -> Vec<i64> {
    let mut boundaries = Vec::new();
    let config = state.rules(scope);
    let pause = &state.pause;
    for proposal in state.proposals.iter().filter(|proposal| proposal.is_open()) {
        boundaries.push(proposal.expires_at);
        if proposal.status() == Status::Approved {
            boundaries.push(proposal.created_at + config.voting_period);
        }
        if proposal.status() == Status::Approved && NOW < proposal.expires_at {
            boundaries.push(proposal.eta);
            boundaries.push(proposal.eta + paused_until_its_end(state) - proposal.pause_mark);
        }
    }
    if pause.started_at != 0 {
        boundaries.push(pause.until);
    }
    if state.pauses < scope.pauses {
        boundaries.extend(pause.recent.iter().filter(|start| **start != 0).map(|start| start + PAUSE_WINDOW));
    }
    if asks_for_window(state) {
        boundaries.push(state.program.last_upgrade_at + ROLLBACK_WINDOW);
    }
    boundaries
}

/// An upgrade that was voted to have no way back and no migration has no rollback window. Told by the vote, not by what
/// the rules made of it: a copy that was given away too early must show.
fn asks_for_window(state: &State) -> bool {
    let goes_back = |id: u8| match state.proposals[usize::from(id)].subject {
        Subject::Upgrade { no_rollback, plan } => !no_rollback || plan,
        _ => true,
    };
    state.program.last_upgrade.is_some_and(goes_back)
}

/// Seconds of pause ever, once the present one has run out.
pub fn paused_until_its_end(state: &State) -> i64 {
    let pause = &state.pause;
    let present = if pause.started_at == 0 { 0 } else { pause.until - pause.started_at };
    pause.accumulated + present
}

/// Seconds without a pause that must pass between the crossing of this proposal and its execution.
pub fn least_wait(config: &Config, scope: &Scope, proposal: &ProposalAccount) -> i64 {
    match proposal.kind() {
        Kind::Rollback => config.rollback_delay.max(60),
        Kind::Config => config.timelock.max(2 * DAY),
        Kind::Upgrade | Kind::Transfer => config.timelock.max(scope.program_timelock).max(2 * DAY),
    }
}

/// Seconds of grace after such a wait, told apart from the rules: longer where two rounds of pauses could use it up.
pub fn grace_after(config: &Config, least: i64) -> i64 {
    if least > 14 * DAY {
        config.grace_period.max(21 * DAY)
    } else {
        config.grace_period
    }
}

pub fn wait(state: &State, scope: &Scope, seconds: i64) -> State {
    let mut later = state.clone();
    let config = state.rules(scope);
    let paused = (state.ghost.paused_until - NOW).clamp(0, seconds);
    let back = |time: &mut i64| *time = if *time == 0 { 0 } else { *time - seconds };
    let pause = &mut later.pause;
    pause.recent.iter_mut().for_each(back);
    back(&mut pause.started_at);
    back(&mut pause.until);
    back(&mut later.program.last_upgrade_at);
    back(&mut later.ghost.upgraded_at);
    back(&mut later.ghost.paused_until);
    later.ghost.pauses.iter_mut().for_each(back);
    for proposal in later.proposals.iter_mut().filter(|proposal| proposal.is_open()) {
        back(&mut proposal.created_at);
        back(&mut proposal.approved_at);
        back(&mut proposal.eta);
        back(&mut proposal.expires_at);
        if proposal.status() == Status::Approved {
            let least = least_wait(&config, scope, proposal);
            let (most_waited, most_elapsed) = longest(&config, least);
            proposal.waited = (proposal.waited + seconds - paused).min(most_waited);
            proposal.elapsed = (proposal.elapsed + seconds).min(most_elapsed);
        }
    }
    settle(&mut later, scope);
    later
}

/// Up to where the waits of a proposal are counted: there they say that it waited enough, and that its grace is over.
fn longest(config: &Config, least: i64) -> (i64, i64) {
    (least + 1, least + grace_after(config, least) + 2)
}

/// Bring what no rule can tell apart to one value.
pub fn settle(state: &mut State, scope: &Scope) {
    settle_proposals(state, scope);
    settle_pause(state, scope);
    let windowless = !asks_for_window(state);
    let program = &mut state.program;
    if program.last_upgrade.is_none() {
        program.last_upgrade_at = 0;
        (state.ghost.upgraded_at, state.ghost.former_code) = (0, None);
    } else {
        let oldest = NOW - ROLLBACK_WINDOW - 2;
        let settled = |at: i64| if windowless { oldest } else { at.max(oldest) };
        program.last_upgrade_at = settled(program.last_upgrade_at);
        state.ghost.upgraded_at = settled(state.ghost.upgraded_at);
    }
    if state.ghost.paused_until <= NOW {
        state.ghost.paused_until = 0;
    }
}

fn settle_proposals(state: &mut State, scope: &Scope) {
    let config = state.rules(scope);
    for proposal in &mut state.proposals {
        if !proposal.is_open() {
            (proposal.created_at, proposal.approved_at, proposal.eta) = (0, 0, 0);
            (proposal.expires_at, proposal.pause_mark, proposal.config_seq) = (0, 0, 0);
            (proposal.waited, proposal.elapsed) = (0, 0);
            (proposal.approvals, proposal.cancel_votes) = ([0; 4], [0; 4]);
            (proposal.proposer, proposal.rolls_back) = (0, None);
            proposal.verified = true;
            if proposal.status().is_abandoned() {
                proposal.base_version = 0;
                // Whatever code it is of, it is never gone back to.
                proposal.kept = proposal.kept.map(|_| (0, AS_REGISTERED));
                // Only an upgrade's copy is asked for any more.
                proposal.subject = match proposal.kind() {
                    Kind::Upgrade => Subject::Upgrade { no_rollback: false, plan: false },
                    _ => Subject::Transfer,
                };
            }
            continue;
        }
        let over = (NOW - 2 - proposal.expires_at).max(0);
        proposal.expires_at += over;
        if proposal.status() != Status::Approved {
            proposal.created_at += over;
            continue;
        }
        if has_lapsed(proposal) {
            // No rule asks again when it was approved, nor how long it had to wait.
            let least = least_wait(&config, scope, proposal);
            proposal.eta = proposal.expires_at - 1;
            proposal.approved_at = proposal.eta - least;
            (proposal.waited, proposal.elapsed) = longest(&config, least);
        }
        let voted = config.voting_period.max(scope.voting_period);
        proposal.created_at = proposal.created_at.max(NOW - voted - 2).min(proposal.approved_at);
        if proposal.kind() == Kind::Rollback {
            proposal.pause_mark = 0;
        }
    }
}

/// Over for so long that neither this second nor the last is one in which it was not.
fn has_lapsed(proposal: &ProposalAccount) -> bool {
    proposal.expires_at <= NOW - 2
}

fn settle_pause(state: &mut State, scope: &Scope) {
    let delayed = |proposal: &&mut ProposalAccount| {
        proposal.status() == Status::Approved && proposal.kind() != Kind::Rollback
    };
    let counts = |proposal: &&mut ProposalAccount| delayed(proposal) && !has_lapsed(proposal);
    let marks = state.proposals.iter_mut().filter(counts).map(|proposal| proposal.pause_mark);
    let least = marks.min();
    let pause = &mut state.pause;
    match least {
        None => pause.accumulated = 0,
        Some(least) => {
            pause.accumulated -= least;
            state.proposals.iter_mut().filter(counts).for_each(|proposal| proposal.pause_mark -= least);
        }
    }
    for proposal in state.proposals.iter_mut().filter(delayed).filter(|proposal| has_lapsed(proposal)) {
        proposal.pause_mark = pause.accumulated;
    }
    if pause.started_at != 0 {
        let over = (NOW - 2 - pause.until).max(0);
        pause.started_at += over;
        pause.until += over;
    }
    let no_more = state.pauses >= scope.pauses;
    for start in &mut pause.recent {
        if no_more || NOW - *start > PAUSE_WINDOW + 1 {
            *start = 0;
        }
    }
    state.ghost.pauses.retain(|start| !no_more && NOW - start < PAUSE_WINDOW);
}
