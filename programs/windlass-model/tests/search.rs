//! The search that keeps little finds what Stateright's finds, which keeps everything.

use stateright::{Checker, Model};
use windlass_model::action::{Action, Manner};
use windlass_model::rules::Rules;
use windlass_model::scope::{Scope, Subject, STRANGER};
use windlass_model::search::{End, Search};
use windlass_model::usage;
use windlass_rules::approve;
use windlass_rules::config::Member;
use windlass_rules::roles::APPROVE;

const UPGRADE: Subject = Subject::Upgrade { no_rollback: true, plan: false };

fn upgrades(rules: Rules) -> Scope {
    Scope { subjects: &[UPGRADE], pauses: 0, rules, ..Scope::new(3, 1) }
}

#[test]
fn as_many_states_are_found_whether_they_are_kept_or_made_once_more() {
    let scope = Scope { pauses: 0, ..Scope::new(3, 1) };
    let checked = scope.clone().checker().spawn_bfs().join();
    for most_kept in [0, 10, usize::MAX] {
        let mut search = Search::keeping(most_kept, &scope);
        let end = search.run(|_| true);
        assert!(matches!(&end, End::Complete { never } if never.is_empty()), "{end:?}");
        let found = search.progress();
        assert_eq!((found.states, found.depth), (checked.unique_state_count(), checked.max_depth()));
        // It counts the first state too, which no step leads to.
        assert_eq!(found.reached as usize + 1, checked.state_count());
    }
}

#[test]
fn a_broken_rule_is_found_with_the_shortest_way_to_it() {
    let open_to_strangers = Rules {
        approve: |config, program, proposal, approval| {
            let mut open = config.clone();
            open.members.push(Member { key: approval.member, roles: APPROVE });
            approve::approve(&open, program, proposal, approval)
        },
        ..Rules::default()
    };
    let scope = upgrades(open_to_strangers);
    let End::Violated { property, path } = Search::keeping(0, &scope).run(|_| true) else {
        panic!("a stranger approved, and nobody saw it")
    };
    assert_eq!(property, "members alone act, in their roles");
    let approve = Action::Approve { proposal: 0, by: STRANGER, manner: Manner::Plain };
    assert_eq!(path, [Action::Propose { by: 0, subject: UPGRADE }, Action::Verify(0), approve]);
    let mut state = scope.init_states().remove(0);
    for action in path {
        state = scope.next_state(&state, action).expect("each step was accepted");
    }
    assert_ne!(state.violations, 0);
}

#[test]
fn what_never_happens_is_named() {
    let none =
        Rules { execute: |_, _, _, _| Err(windlass_rules::RuleError::InvalidState), ..Rules::default() };
    let scope = upgrades(none);
    let end = Search::new(&scope).run(|_| true);
    assert!(!matches!(&end, End::Complete { never } if never.is_empty()), "{end:?}");
}

#[test]
fn a_search_that_is_told_to_stop_stops() {
    let scope = Scope::new(4, 3);
    let mut search = Search::new(&scope);
    assert!(matches!(search.run(|progress| progress.states < 2_000), End::Stopped));
    assert!(search.progress().states >= 2_000);
}

#[test]
fn processor_time_passes_with_work_alone() {
    let before = usage::processor_time().expect("on Linux");
    while usage::processor_time().expect("on Linux") < before + std::time::Duration::from_millis(50) {}
    assert!(usage::resident().expect("on Linux") > 1 << 20);
}
