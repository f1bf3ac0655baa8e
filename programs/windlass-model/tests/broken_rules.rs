//! Each test breaks one rule and sees the checker find a way to what must never happen. A property that no broken rule
//! can violate would prove nothing.

use std::time::Duration;

use stateright::{Checker, HasDiscoveries, Model};
use windlass_model::rules::Rules;
use windlass_model::scope::{Scope, Subject, DAY, STRICTER};
use windlass_rules::config::Config;
use windlass_rules::migration::Migration;
use windlass_rules::pause::Pause;
use windlass_rules::transitions::Status;
use windlass_rules::{approve, cancel, config_change, execute, pause, propose, revoke, rollback};

const UPGRADE: Subject = Subject::Upgrade { no_rollback: true, plan: false };
const UPGRADE_WITH_COPY: Subject = Subject::Upgrade { no_rollback: false, plan: false };
const UPGRADE_WITH_PLAN: Subject = Subject::Upgrade { no_rollback: false, plan: true };

/// The checker finds a state in which one of these is not true, whatever else it finds before.
fn caught(scope: Scope, properties: &[&'static str]) {
    let any = HasDiscoveries::AnyOf(properties.iter().copied().collect());
    let checked =
        scope.checker().threads(2).finish_when(any).timeout(Duration::from_secs(120)).spawn_bfs().join();
    let found = checked.discoveries();
    let violated = properties.iter().find_map(|name| found.get(name));
    let states = checked.unique_state_count();
    let path = violated.unwrap_or_else(|| panic!("{properties:?} held in all of {states} states"));
    println!("caught after {states} states: {:?}", path.clone().into_actions());
}

fn one(subject: &'static [Subject], rules: Rules) -> Scope {
    Scope { subjects: subject, pauses: 0, rules, ..Scope::new(3, 1) }
}

fn two(subjects: &'static [Subject], rules: Rules) -> Scope {
    Scope { subjects, pauses: 0, voting_period: 3_600, rules, ..Scope::new(3, 2) }
}

#[test]
fn a_member_who_could_count_twice_is_refused_by_the_proposals_invariant() {
    let rules = Rules {
        approve: |config, program, proposal, approval| {
            let mut forgetful = proposal.clone();
            forgetful.approvals.iter_mut().filter(|key| **key == approval.member).for_each(|key| key[0] = 77);
            approve::approve(config, program, &forgetful, approval)
        },
        ..Rules::default()
    };
    let scope = one(&[UPGRADE], rules);
    let checked = scope.checker().threads(2).spawn_bfs().join();
    checked.assert_properties();
}

#[test]
fn an_approval_by_anybody_is_caught() {
    let rules = Rules {
        approve: |config, program, proposal, approval| {
            let mut open = config.clone();
            open.members.iter_mut().for_each(|member| member.roles = 2);
            open.members.push(windlass_rules::config::Member { key: approval.member, roles: 2 });
            approve::approve(&open, program, proposal, approval)
        },
        ..Rules::default()
    };
    caught(one(&[UPGRADE], rules), &["members alone act, in their roles"]);
}

#[test]
fn a_threshold_that_one_less_reaches_is_caught() {
    let rules = Rules {
        approve: |config, program, proposal, approval| {
            let low = Config { threshold: config.threshold - 1, ..config.clone() };
            approve::approve(&low, program, proposal, approval)
        },
        execute: |config, program, proposal, execution| {
            let low = Config { threshold: config.threshold - 1, ..config.clone() };
            execute::execute(&low, program, proposal, execution)
        },
        ..Rules::default()
    };
    caught(one(&[UPGRADE], rules), &["executed with enough distinct approvals of current members"]);
}

#[test]
fn a_proposal_that_stays_approved_when_approvals_fall_is_caught() {
    let rules = Rules {
        revoke: |config, proposal, member| {
            let revoked = revoke::revoke(config, proposal, member)?;
            Ok(revoke::Revoked {
                status: proposal.status,
                falls: false,
                expires_at: proposal.expires_at,
                ..revoked
            })
        },
        execute: |config, program, proposal, execution| {
            let satisfied = Config { threshold: 1, ..config.clone() };
            execute::execute(&satisfied, program, proposal, execution)
        },
        ..Rules::default()
    };
    caught(one(&[UPGRADE], rules), &["executed with enough distinct approvals of current members"]);
}

#[test]
fn a_timelock_a_second_too_short_is_caught() {
    let rules = Rules {
        approve: |config, program, proposal, approval| {
            let hasty = Config { timelock: config.timelock - 1, ..config.clone() };
            approve::approve(&hasty, program, proposal, approval)
        },
        ..Rules::default()
    };
    // At the floor itself the proposal's invariant would refuse it already.
    let scope = Scope { timelock: 3 * DAY, ..one(&[UPGRADE], rules) };
    caught(scope, &["executed 48 h and all pauses after the last crossing, a rollback after its delay"]);
}

#[test]
fn a_pause_that_stops_nothing_is_caught() {
    let rules = Rules {
        execute: |config, program, proposal, execution| {
            let unpaused = Config { pause: Pause::default(), ..config.clone() };
            execute::execute(&unpaused, program, proposal, execution)
        },
        ..Rules::default()
    };
    let scope = Scope { pauses: 1, ..one(&[UPGRADE], rules) };
    caught(scope, &["nothing but what takes power away, and rollbacks, in a pause"]);
}

#[test]
fn a_pause_that_does_not_move_eta_is_caught() {
    let rules = Rules {
        execute: |config, program, proposal, execution| {
            let mut forgetful = config.clone();
            forgetful.pause.accumulated = 0;
            if !config.pause.in_force(execution.now) {
                forgetful.pause.started_at = 0;
            }
            execute::execute(&forgetful, program, proposal, execution)
        },
        ..Rules::default()
    };
    let scope = Scope { pauses: 1, ..one(&[UPGRADE], rules) };
    caught(scope, &["executed 48 h and all pauses after the last crossing, a rollback after its delay"]);
}

#[test]
fn a_vote_after_the_voting_period_is_caught() {
    let rules = Rules {
        approve: |config, program, proposal, approval| {
            let mut patient = proposal.clone();
            patient.expires_at = patient.expires_at.max(approval.now + 1);
            approve::approve(config, program, &patient, approval)
        },
        ..Rules::default()
    };
    caught(one(&[UPGRADE], rules), &["executed within the grace, approved within the voting"]);
}

#[test]
fn an_upgrade_at_another_version_is_caught() {
    let rules = Rules {
        approve: |config, program, proposal, approval| {
            let mut timeless = proposal.clone();
            timeless.base_version = program.map_or(0, |program| program.version);
            approve::approve(config, program, &timeless, approval)
        },
        ..Rules::default()
    };
    let properties = &["approved and executed only under the config and at the version voted on"];
    caught(two(&[UPGRADE], rules), properties);
}

#[test]
fn an_execution_under_another_config_is_caught() {
    let rules = Rules {
        execute: |config, program, proposal, execution| {
            let mut loyal = proposal.clone();
            loyal.config_seq = config.config_seq;
            execute::execute(config, program, &loyal, execution)
        },
        ..Rules::default()
    };
    let properties = &["approved and executed only under the config and at the version voted on"];
    caught(two(&[UPGRADE, Subject::Config(STRICTER)], rules), properties);
}

#[test]
fn two_that_share_a_slot_are_caught() {
    let rules = Rules {
        approve: |config, program, proposal, approval| {
            let free = program.map(|program| windlass_rules::program::Program { slot: None, ..*program });
            approve::approve(config, free.as_ref(), proposal, approval)
        },
        ..Rules::default()
    };
    caught(two(&[UPGRADE], rules), &["one approved proposal holds a slot"]);
}

#[test]
fn a_fourth_open_proposal_is_caught() {
    let rules = Rules {
        propose: |config, program, request| {
            let open_proposals = request.open_proposals.saturating_sub(1);
            let proposed =
                propose::propose(config, program, &propose::Request { open_proposals, ..*request })?;
            Ok(propose::Proposed { open_proposals: request.open_proposals + 1, ..proposed })
        },
        ..Rules::default()
    };
    let scope = Scope { proposals: 4, ..one(&[Subject::Config(STRICTER)], rules) };
    caught(scope, &["at most 3 open proposals a proposer, each counted"]);
}

#[test]
fn a_closed_proposal_that_changes_is_caught() {
    let rules = Rules {
        cancel: |config, proposal, member| {
            let mut open = proposal.clone();
            open.status = Status::Approved;
            let vote = cancel::cancel(config, &open, member)?;
            Ok(cancel::CancelVote { status: proposal.status, ..vote })
        },
        ..Rules::default()
    };
    caught(one(&[UPGRADE], rules), &["closed proposals stay as they are"]);
}

#[test]
fn a_version_that_is_not_counted_is_caught() {
    let rules = Rules {
        execute: |config, program, proposal, execution| {
            let executed = execute::execute(config, program, proposal, execution)?;
            Ok(execute::Executed { version: program.version, ..executed })
        },
        ..Rules::default()
    };
    caught(one(&[UPGRADE], rules), &["each new code is a new version, and versions go up"]);
}

#[test]
fn a_config_below_a_floor_is_caught() {
    let rules = Rules {
        validate: |_| Ok(()),
        change_config: |config, _, proposal, execution| {
            config_change::change_config(config, config, proposal, execution)
        },
        ..Rules::default()
    };
    let subjects = &[Subject::Config(windlass_model::scope::HASTY)];
    caught(one(subjects, rules), &["no config below a floor is in force"]);
}

#[test]
fn a_fourth_pause_in_thirty_days_is_caught() {
    let rules = Rules {
        pause: |config, guard, seconds, now| {
            let mut forgetful = config.clone();
            forgetful.pause.recent[0] = 0;
            pause::pause(&forgetful, guard, seconds, now)
        },
        ..Rules::default()
    };
    let scope = Scope { pauses: 4, pause_lengths: &[1], ..Scope::new(3, 0) };
    caught(Scope { rules, ..scope }, &["at most 3 pauses in 30 days, 72 h each"]);
}

#[test]
fn a_pause_that_anybody_lifts_is_caught() {
    let rules = Rules { resume: |pause, _, now| pause::resume(pause, &pause.by, now), ..Rules::default() };
    let scope = Scope { pauses: 1, rules, ..Scope::new(3, 0) };
    caught(scope, &["members alone act, in their roles"]);
}

#[test]
fn a_rollback_that_a_pause_stops_is_caught() {
    let rules = Rules {
        roll_back: |config, program, proposal, upgrade, migration, execution| {
            config.pause.require_running(execution.now)?;
            rollback::roll_back(config, program, proposal, upgrade, migration, execution)
        },
        ..Rules::default()
    };
    let scope = Scope { pauses: 1, pause_lengths: &[3 * DAY], ..one(&[UPGRADE_WITH_COPY], rules) };
    caught(scope, &["an upgrade can be rolled back while its window lasts"]);
}

#[test]
fn a_copy_that_is_retired_too_early_is_caught() {
    let rules = Rules { retire: |_, _, _, _| Ok(()), ..Rules::default() };
    let properties = &["an upgrade can be rolled back while its window lasts"];
    caught(one(&[UPGRADE_WITH_COPY], rules), properties);
}

#[test]
fn a_rollback_after_its_window_is_caught() {
    let rules = Rules {
        propose: |config, program, request| {
            let later = program.map(late);
            propose::propose(config, later.as_ref(), request)
        },
        approve: |config, program, proposal, approval| {
            let later = program.map(late);
            approve::approve(config, later.as_ref(), proposal, approval)
        },
        roll_back: |config, program, proposal, upgrade, migration, execution| {
            rollback::roll_back(config, &late(program), proposal, upgrade, migration, execution)
        },
        ..Rules::default()
    };
    let scope = two(&[UPGRADE_WITH_COPY, Subject::Rollback], rules);
    caught(scope, &["rolled back within 7 days of the upgrade"]);
}

/// As if the last upgrade were of an hour later.
fn late(program: &windlass_rules::program::Program) -> windlass_rules::program::Program {
    windlass_rules::program::Program { last_upgrade_at: program.last_upgrade_at + 3_600, ..*program }
}

#[test]
fn accounts_that_a_rollback_strands_are_caught() {
    let rules = Rules {
        roll_back: |config, program, proposal, upgrade, _, execution| {
            rollback::roll_back(config, program, proposal, upgrade, None, execution)
        },
        ..Rules::default()
    };
    let scope = two(&[UPGRADE_WITH_PLAN, Subject::Rollback], rules);
    caught(scope, &["no rollback strands more accounts than voted"]);
}

#[test]
fn a_revert_without_a_rollback_is_caught() {
    let rules = Rules {
        require_open: |migration, program, to, paused| {
            Migration::require_open(migration, program, to, paused).or(Ok(()))
        },
        ..Rules::default()
    };
    let properties = &["accounts go back while a rollback is approved, and only then"];
    caught(one(&[UPGRADE_WITH_PLAN], rules), properties);
}

#[test]
fn a_veto_that_one_approver_less_cannot_reach_is_caught() {
    let rules = Rules {
        cancel: |config, proposal, member| {
            let high = Config { cancel_threshold: config.cancel_threshold + 2, ..config.clone() };
            cancel::cancel(&high, proposal, member)
        },
        ..Rules::default()
    };
    caught(one(&[UPGRADE], rules), &["enough members can always cancel"]);
}
