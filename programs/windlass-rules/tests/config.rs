//! Which configs may be, at each bound, and against a second telling of the rules.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

use proptest::prelude::*;
use windlass_rules::config::{
    Bounds, Config, Member, GRACE_PERIOD, LONG_GRACE, LONG_TIMELOCK, MAX_MEMBERS, ROLLBACK_DELAY, TIMELOCK,
    VOTING_PERIOD,
};
use windlass_rules::pause::Pause;
use windlass_rules::{program, roles, RuleError};

fn five() -> Config {
    let member = |number: u8| Member { key: [number; 32], roles: roles::PROPOSE | roles::APPROVE };
    Config {
        members: (1..=5).map(member).collect(),
        threshold: 3,
        cancel_threshold: 3,
        emergency_threshold: 4,
        timelock: 172_800,
        rollback_delay: 3_600,
        grace_period: 1_209_600,
        voting_period: 259_200,
        config_seq: 0,
        pause: Pause::default(),
    }
}

#[test]
fn the_bounds_are_what_the_design_says() {
    let bounds = |least, most| Bounds { least, most };
    assert_eq!(TIMELOCK, bounds(172_800, 2_592_000));
    assert_eq!(GRACE_PERIOD, bounds(1_209_600, 2_592_000));
    assert_eq!(VOTING_PERIOD, bounds(3_600, 604_800));
    assert_eq!(ROLLBACK_DELAY, bounds(60, 2_592_000));
    assert_eq!(MAX_MEMBERS, 16);
}

#[test]
fn each_duration_has_a_floor_and_a_ceiling() {
    type Field = fn(&mut Config) -> &mut i64;
    let durations: [(Field, Bounds, RuleError); 4] = [
        (|c| &mut c.timelock, TIMELOCK, RuleError::TimelockOutOfRange),
        (|c| &mut c.grace_period, GRACE_PERIOD, RuleError::GracePeriodOutOfRange),
        (|c| &mut c.voting_period, VOTING_PERIOD, RuleError::VotingPeriodOutOfRange),
        (|c| &mut c.rollback_delay, ROLLBACK_DELAY, RuleError::RollbackDelayOutOfRange),
    ];
    for (field, bounds, error) in durations {
        for (seconds, allowed) in [
            (i64::MIN, false),
            (0, false),
            (bounds.least - 1, false),
            (bounds.least, true),
            (bounds.most, true),
            (bounds.most + 1, false),
            (i64::MAX, false),
        ] {
            let mut config = five();
            *field(&mut config) = seconds;
            assert_eq!(config.validate(), if allowed { Ok(()) } else { Err(error) }, "{seconds}");
        }
    }
}

#[test]
fn a_programs_own_timelock_is_none_or_within_the_same_bounds() {
    for (timelock, allowed) in [
        (0, true),
        (172_800, true),
        (2_592_000, true),
        (1, false),
        (172_799, false),
        (2_592_001, false),
        (-1, false),
    ] {
        assert_eq!(program::validate_timelock(timelock).is_ok(), allowed, "{timelock}");
    }
}

#[test]
fn members_are_known_distinct_and_have_a_role() {
    let with = |change: fn(&mut Vec<Member>)| {
        let mut config = five();
        change(&mut config.members);
        config.validate()
    };
    assert_eq!(with(|_| ()), Ok(()));
    assert_eq!(with(Vec::clear), Err(RuleError::NoMembers));
    assert_eq!(with(|m| m[4].key = m[0].key), Err(RuleError::DuplicateMember));
    assert_eq!(with(|m| m[2].key = [0; 32]), Err(RuleError::InvalidMember));
    assert_eq!(with(|m| m[2].roles = 0), Err(RuleError::InvalidMember));
    assert_eq!(with(|m| m[2].roles = 8), Err(RuleError::InvalidMember));
    assert_eq!(with(|m| m.iter_mut().for_each(|m| m.roles = roles::APPROVE)), Err(RuleError::NoProposer));
    let many = |count| {
        let mut config = five();
        config.members.extend((6..=count).map(|n| Member { key: [n; 32], roles: roles::GUARD }));
        config.validate()
    };
    assert_eq!(many(16), Ok(()));
    assert_eq!(many(17), Err(RuleError::TooManyMembers));
}

#[test]
fn a_role_is_asked_of_members_only() {
    let mut config = five();
    config.members[0].roles = roles::GUARD;
    assert_eq!(config.require(&[1; 32], roles::GUARD), Ok(()));
    assert_eq!(config.require(&[1; 32], roles::APPROVE), Err(RuleError::MissingRole));
    assert_eq!(config.require(&[9; 32], roles::APPROVE), Err(RuleError::NotAMember));
}

proptest! {
    /// Of every valid config: approvers who do not cancel are too few to approve, and those who may are enough.
    #[test]
    fn whoever_can_approve_can_be_stopped_by_the_others(
        member_roles in prop::collection::vec(0u8..=9, 0..18),
        threshold in 0u8..20, cancel_threshold in 0u8..20, emergency_threshold in 0u8..20,
    ) {
        let member = |(index, roles): (usize, &u8)| Member { key: [index as u8 + 1; 32], roles: *roles };
        let config = Config {
            members: member_roles.iter().enumerate().map(member).collect(),
            threshold, cancel_threshold, emergency_threshold,
            ..five()
        };
        let approvers = member_roles.iter().filter(|roles| *roles & roles::APPROVE != 0).count();
        let (threshold, cancel) = (usize::from(threshold), usize::from(cancel_threshold));
        let emergency = usize::from(emergency_threshold);
        let may_be = (1..=16).contains(&member_roles.len())
            && member_roles.iter().all(|roles| (1..=7).contains(roles))
            && member_roles.iter().any(|roles| roles & roles::PROPOSE != 0)
            && threshold >= 1 && threshold <= approvers
            && threshold + cancel > approvers && cancel <= approvers
            && threshold <= emergency && emergency <= approvers;
        prop_assert_eq!(config.validate().is_ok(), may_be);
    }
}

#[test]
fn grace_is_longer_only_where_the_timelock_is_longer_than_fourteen_days() {
    let config = five();
    assert_eq!(config.grace_after(LONG_TIMELOCK), config.grace_period);
    assert_eq!(config.grace_after(LONG_TIMELOCK + 1), LONG_GRACE);
}
