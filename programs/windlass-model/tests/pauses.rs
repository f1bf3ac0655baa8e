//! How much of the time to execute one guard can take, who pauses whenever the rules allow it.

use stateright::Model;
use windlass_model::action::{Action, Manner};
use windlass_model::possible::outlasts_pauses;
use windlass_model::rules::Rules;
use windlass_model::scope::{Scope, Subject, DAY, STRICTER};
use windlass_rules::approve;
use windlass_rules::transitions::Status;

/// Is there time left to execute a proposal, approved under this timelock (in days) and the shortest grace?
fn outlasts_a_guard_who_pauses_whenever_allowed(timelock: i64, rules: Rules) -> bool {
    let subjects = &[Subject::Config(STRICTER)];
    let scope = Scope { subjects, pauses: 20, timelock: timelock * DAY, rules, ..Scope::new(3, 1) };
    let step = |state: &_, action| scope.next_state(state, action);
    let approve = |by| Action::Approve { proposal: 0, by, manner: Manner::Plain };
    let mut state = scope.init_states().remove(0);
    for action in [Action::Propose { by: 0, subject: subjects[0] }, approve(0), approve(1)] {
        state = step(&state, action).expect("nothing stands in the way");
    }
    assert_eq!(state.proposals[0].status(), Status::Approved);
    while let Some(later) =
        step(&state, Action::Pause { by: 2, seconds: 3 * DAY }).or_else(|| step(&state, Action::Wait))
    {
        state = later;
        if !outlasts_pauses(&scope, &state) {
            return false;
        }
        if step(&state, Action::Expire(0)).is_some() {
            return true;
        }
    }
    unreachable!("everything ends at its time")
}

/// A long timelock and its grace together may span more than the 30 days in which three pauses are allowed: the grace
/// grows with it.
#[test]
fn guards_cannot_pause_the_grace_away_with_any_timelock() {
    for days in 2..=30 {
        assert!(outlasts_a_guard_who_pauses_whenever_allowed(days, Rules::default()), "{days} days");
    }
}

#[test]
fn a_grace_that_does_not_grow_with_the_timelock_is_caught() {
    let rules = Rules {
        approve: |config, program, proposal, approval| {
            let approved = approve::approve(config, program, proposal, approval)?;
            let short = approved.eta + config.grace_period;
            let expires_at = if approved.crosses { short } else { approved.expires_at };
            Ok(approve::Approved { expires_at, ..approved })
        },
        ..Rules::default()
    };
    assert!(outlasts_a_guard_who_pauses_whenever_allowed(21, rules));
    assert!(!outlasts_a_guard_who_pauses_whenever_allowed(22, rules));
}
