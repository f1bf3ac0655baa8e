//! Pauses: bounded in length and number, and what they delay.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

mod world;

use windlass_rules::pause::{Pause, MAX_PAUSE};
use windlass_rules::proposal::Kind;
use windlass_rules::transitions::Status;
use windlass_rules::RuleError;
use world::{approval, key, verified, World, DAY, HOUR, START};

#[test]
fn a_pause_lasts_a_second_to_seventy_two_hours() {
    assert_eq!(MAX_PAUSE, 259_200);
    for (seconds, allowed) in
        [(i64::MIN, false), (0, false), (1, true), (MAX_PAUSE, true), (MAX_PAUSE + 1, false)]
    {
        let expected = if allowed { Ok(()) } else { Err(RuleError::PauseOutOfRange) };
        assert_eq!(World::new().pause(4, seconds), expected, "{seconds}");
    }
}

#[test]
fn only_a_guard_pauses() {
    let mut world = World::new();
    assert_eq!(world.pause(9, HOUR), Err(RuleError::NotAMember));
    assert_eq!(world.pause(1, HOUR), Err(RuleError::MissingRole));
    world.pause(4, HOUR).unwrap();
    assert_eq!(world.config.pause.by, key(4));
}

#[test]
fn a_pause_is_not_prolonged() {
    let mut world = World::new();
    world.pause(4, HOUR).unwrap();
    world.now += HOUR - 1;
    assert_eq!(world.pause(5, HOUR), Err(RuleError::SystemPaused));
    world.now += 1;
    world.pause(5, HOUR).unwrap();
    assert_eq!(world.config.pause.accumulated, HOUR);
    assert_eq!(world.config.pause.elapsed(world.now + 10), Ok(HOUR + 10));
}

#[test]
fn a_fourth_pause_within_thirty_days_of_the_first_is_refused_whichever_guard() {
    let mut world = World::new();
    for guard in [4, 5, 4] {
        world.pause(guard, HOUR).unwrap();
        world.now += HOUR;
    }
    world.now = START + 30 * DAY - 1;
    assert_eq!(world.pause(5, HOUR), Err(RuleError::PauseLimit));
    world.now += 1;
    world.pause(5, HOUR).unwrap();
    world.now = START + 30 * DAY + HOUR;
    world.pause(5, HOUR).unwrap();
    assert_eq!(world.config.pause.recent, [START + 2 * HOUR, START + 30 * DAY, START + 30 * DAY + HOUR]);
}

#[test]
fn a_pause_ended_early_counts_as_one_of_the_three() {
    let mut world = World::new();
    for _ in 0..3 {
        world.pause(4, MAX_PAUSE).unwrap();
        world.resume(4).unwrap();
    }
    assert_eq!(world.pause(4, 1), Err(RuleError::PauseLimit));
}

#[test]
fn the_guard_who_paused_resumes_at_any_time_and_others_once_it_ran_out() {
    let mut world = World::new();
    assert_eq!(world.resume(4), Err(RuleError::NotPaused));
    world.pause(4, HOUR).unwrap();
    world.now += 10;
    assert_eq!(world.resume(5), Err(RuleError::PauseNotOver));
    let mut early = world.clone();
    early.resume(4).unwrap();
    assert_eq!((early.config.pause.accumulated, early.config.pause.started_at), (10, 0));

    world.now = START + HOUR - 1;
    assert_eq!(world.resume(9), Err(RuleError::PauseNotOver));
    world.now += 1;
    world.resume(9).unwrap();
    assert_eq!(world.config.pause.accumulated, HOUR);
    assert_eq!(world.resume(4), Err(RuleError::NotPaused));
}

#[test]
fn a_pause_delays_what_was_approved_by_its_length() {
    for (start, length) in [(HOUR, DAY), (DAY, MAX_PAUSE)] {
        let mut world = World::approved(Kind::Upgrade);
        let eta = world.proposals[0].eta;
        world.now = START + start;
        world.pause(4, length).unwrap();
        world.now += length;
        world.resume(1).unwrap();
        world.now = eta + length - 1;
        assert_eq!(world.execute(0), Err(RuleError::TimelockNotOver));
        world.now += 1;
        world.execute(0).unwrap();
    }
}

#[test]
fn a_pause_that_ran_out_delays_though_nobody_settled_it() {
    let mut world = World::approved(Kind::Upgrade);
    world.pause(4, DAY).unwrap();
    world.now = world.proposals[0].eta + DAY - 1;
    assert_eq!(world.execute(0), Err(RuleError::TimelockNotOver));
    world.now += 1;
    world.execute(0).unwrap();
}

#[test]
fn a_pause_before_the_approval_delays_nothing() {
    let mut world = World::with(verified(Kind::Upgrade));
    world.pause(4, DAY).unwrap();
    world.now += DAY;
    world.approve_by_enough(0);
    assert_eq!(world.proposals[0].pause_mark, DAY);
    world.now = world.proposals[0].eta;
    world.execute(0).unwrap();
}

#[test]
fn nothing_is_executed_in_a_pause_to_its_last_second() {
    let mut world = World::approved(Kind::Upgrade);
    let eta = world.proposals[0].eta;
    world.now = eta;
    world.pause(4, HOUR).unwrap();
    world.now = eta + HOUR - 1;
    assert_eq!(world.execute(0), Err(RuleError::SystemPaused));
    world.now = eta + HOUR;
    world.execute(0).unwrap();
}

#[test]
fn a_pause_does_not_bring_back_what_was_over() {
    let mut world = World::approved(Kind::Upgrade);
    world.now = world.proposals[0].expires_at - HOUR;
    world.pause(4, 2 * HOUR).unwrap();
    world.now += 2 * HOUR;
    world.resume(4).unwrap();
    assert_eq!(world.execute(0), Err(RuleError::GraceOver));
    world.expire(0).unwrap();
    assert_eq!(world.proposals[0].status, Status::Expired);
}

#[test]
fn a_pause_blocks_voting_for_all_but_a_rollback() {
    for kind in [Kind::Upgrade, Kind::Config, Kind::Transfer] {
        let mut world = World::with(verified(kind));
        world.pause(4, HOUR).unwrap();
        assert_eq!(world.approve(0, &approval(1, START)), Err(RuleError::SystemPaused));
        assert_eq!(world.propose(kind, 1, true), Err(RuleError::SystemPaused));
    }
}

#[test]
fn a_pause_never_blocks_what_takes_power_away() {
    let mut world = World::approved(Kind::Upgrade);
    world.pause(4, HOUR).unwrap();
    world.revoke(0, 1).unwrap();
    world.cancel(0, 2).unwrap();
    world.config.config_seq += 1;
    world.expire(0).unwrap();
    assert_eq!(world.proposals[0].status, Status::Stale);
}

#[test]
fn a_rollback_is_proposed_approved_and_executed_in_a_pause() {
    let mut world = World::upgraded();
    world.pause(4, DAY).unwrap();
    let place = world.propose(Kind::Rollback, 1, false).unwrap();
    world.approve_by_enough(place);
    world.now += HOUR;
    assert!(world.config.pause.in_force(world.now));
    world.execute(place).unwrap();
    assert_eq!(world.proposals[place].status, Status::Executed);
}

#[test]
fn times_at_the_end_of_the_clock_are_refused() {
    let mut world = World::new();
    world.now = i64::MAX;
    assert_eq!(world.pause(4, 1), Err(RuleError::Overflow));
    world.config.pause = Pause { accumulated: i64::MAX, ..Pause::default() };
    world.now = START;
    world.pause(4, 2).unwrap();
    assert_eq!(world.config.pause.elapsed(START + 1), Err(RuleError::Overflow));
}

#[test]
fn the_invariant_sees_a_pause_that_must_not_be() {
    type Spoil = fn(&mut Pause);
    let spoiled: [Spoil; 7] = [
        |p| p.started_at = 0,
        |p| p.until = p.started_at,
        |p| p.until = p.started_at + MAX_PAUSE + 1,
        |p| p.by = [0; 32],
        |p| p.accumulated = -1,
        |p| p.recent[2] += 1,
        |p| p.recent[0] = p.recent[2] + 1,
    ];
    let mut world = World::new();
    world.pause(4, HOUR).unwrap();
    assert_eq!(world.config.pause.invariant(), Ok(()));
    for (number, spoil) in spoiled.iter().enumerate() {
        let mut pause = world.config.pause;
        spoil(&mut pause);
        assert_eq!(pause.invariant(), Err(RuleError::InvariantViolated), "number {number}");
    }
}

#[test]
fn guards_who_pause_as_often_as_they_may_leave_three_days_for_any_timelock() {
    for timelock in (2..=30).map(|days| days * DAY).chain([14 * DAY + 1]) {
        for begin in 0..=timelock / DAY {
            let mut world = World::with(verified(Kind::Upgrade));
            world.program.timelock = timelock;
            world.approve_by_enough(0);
            let (mut ready, ends) = (0, world.proposals[0].expires_at);
            world.now += begin * DAY;
            while world.now < ends {
                let _ = world.pause(4, MAX_PAUSE);
                ready += i64::from(world.clone().execute(0).is_ok());
                world.now += HOUR;
            }
            assert!(ready >= 3 * 24 - 1, "{timelock} {begin}: {ready} hours");
        }
    }
}
