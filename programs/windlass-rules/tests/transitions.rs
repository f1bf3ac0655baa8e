//! The table of transitions is what people read; these are its promises.

use windlass_rules::transitions::{next, Action, Status, TRANSITIONS};
use windlass_rules::RuleError;

fn states() -> impl Iterator<Item = Option<Status>> {
    std::iter::once(None).chain(Status::ALL.map(Some))
}

#[test]
fn every_pair_of_state_and_action_has_one_answer() {
    for from in states() {
        for action in Action::ALL {
            let rows: Vec<_> =
                TRANSITIONS.iter().filter(|row| row.from == from && row.action == action).collect();
            assert!(rows.len() <= 1, "{from:?} {action:?} is there {} times", rows.len());
            let expected = rows.first().map(|row| row.to).ok_or(RuleError::InvalidState);
            assert_eq!(next(from, action), expected);
        }
    }
}

#[test]
fn what_has_ended_never_changes_again() {
    let ends = [Status::Completed, Status::Cancelled, Status::Expired, Status::Stale, Status::RolledBack];
    for status in Status::ALL {
        assert_eq!(status.is_final(), ends.contains(&status), "{status:?}");
    }
    for (status, action) in ends.iter().flat_map(|status| Action::ALL.map(|action| (*status, action))) {
        assert_eq!(next(Some(status), action), Err(RuleError::InvalidState));
    }
}

#[test]
fn what_is_not_open_never_opens_again() {
    for row in TRANSITIONS {
        let opens = row.to.is_open() && row.from.is_some_and(|from| !from.is_open());
        assert!(!opens, "{row:?}");
    }
}

#[test]
fn what_was_abandoned_was_never_executed() {
    for row in TRANSITIONS.iter().filter(|row| row.to.is_abandoned()) {
        assert!(row.from.is_some_and(Status::is_open), "{row:?}");
    }
}

#[test]
fn only_what_was_approved_is_executed() {
    let to_executed: Vec<_> = TRANSITIONS.iter().filter(|row| row.to == Status::Executed).collect();
    assert_eq!(to_executed.len(), 1);
    assert_eq!((to_executed[0].from, to_executed[0].action), (Some(Status::Approved), Action::Execute));
}

#[test]
fn only_the_threshold_approves() {
    for row in TRANSITIONS.iter().filter(|row| row.to == Status::Approved) {
        let stays = row.from == Some(Status::Approved);
        assert!(stays || row.action == Action::CrossThreshold, "{row:?}");
    }
}

#[test]
fn every_open_proposal_can_be_cancelled() {
    for status in Status::ALL.into_iter().filter(|status| status.is_open()) {
        assert_eq!(next(Some(status), Action::Cancel), Ok(Status::Cancelled));
        assert_eq!(next(Some(status), Action::VoteToCancel), Ok(status));
    }
}

#[test]
fn every_state_is_reached_from_nothing() {
    let mut reached = vec![None];
    while let Some(row) =
        TRANSITIONS.iter().find(|row| reached.contains(&row.from) && !reached.contains(&Some(row.to)))
    {
        reached.push(Some(row.to));
    }
    assert!(states().all(|state| reached.contains(&state)));
}
