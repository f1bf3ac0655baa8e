//! Taking states that differ by names as one must lose none: a search that keeps them apart finds no other.

use std::collections::HashSet;

use stateright::Model;
use windlass_model::scope::{Scope, Subject, HOUR, STRICTER};
use windlass_model::state::State;
use windlass_model::symmetry::representative;

fn explored(scope: &Scope) -> HashSet<State> {
    let mut seen: HashSet<State> = scope.init_states().into_iter().collect();
    let mut pending: Vec<State> = seen.iter().cloned().collect();
    while let Some(state) = pending.pop() {
        let mut actions = Vec::new();
        scope.actions(&state, &mut actions);
        for next in actions.into_iter().filter_map(|action| scope.next_state(&state, action)) {
            if seen.insert(next.clone()) {
                pending.push(next);
            }
        }
    }
    seen
}

fn loses_nothing(members: u8, subjects: &'static [Subject]) {
    let scope = Scope { subjects, pauses: 0, voting_period: HOUR, ..Scope::new(members, 2) };
    let apart = explored(&Scope { symmetric: false, ..scope.clone() });
    let together = explored(&scope);
    println!("{} states, {} together", apart.len(), together.len());
    assert!(apart.len() > together.len(), "there are states that differ by names");
    let represented: HashSet<State> = apart.into_iter().map(|state| representative(state, &scope)).collect();
    assert_eq!(represented.len(), together.len());
    assert!(represented == together, "as many, and the same");
}

#[test]
fn configs_that_make_each_other_stale_are_all_found() {
    loses_nothing(3, &[Subject::Config(STRICTER)]);
}

#[test]
#[ignore = "a minute"]
fn the_states_of_four_members_are_all_found() {
    loses_nothing(4, &[Subject::Transfer]);
}

#[test]
#[ignore = "minutes"]
fn upgrades_and_their_rollbacks_are_all_found() {
    loses_nothing(3, &[Subject::Upgrade { no_rollback: false, plan: true }, Subject::Rollback]);
}
