//! Going back: to the kept code, in time, by the emergency threshold; and leaving, to a key that signs.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

mod world;

use windlass_rules::execute::Execution;
use windlass_rules::migration::{Migration, MigrationState};
use windlass_rules::proposal::{Kind, Proposal};
use windlass_rules::rollback::{roll_back, Undone};
use windlass_rules::transfer::check_new_authority;
use windlass_rules::transitions::Status;
use windlass_rules::RuleError;
use world::{address, approval, key, verified, World, BUFFER_LEN, DAY, HOUR};

#[test]
fn an_upgrade_is_rolled_back_to_the_version_before() {
    let mut world = World::rollback_approved();
    assert_eq!(world.proposals[1].eta, world.now + HOUR);
    world.now += HOUR - 1;
    assert_eq!(world.execute(1), Err(RuleError::TimelockNotOver));
    world.now += 1;
    world.execute(1).unwrap();
    assert_eq!(
        (world.proposals[0].status, world.proposals[1].status),
        (Status::RolledBack, Status::Executed)
    );
    assert_eq!((world.program.version, world.program.kept, world.program.last_upgrade), (8, None, None));
    assert_eq!(world.propose(Kind::Rollback, 1, false), Err(RuleError::NothingToRollBack));
}

#[test]
fn a_rollback_needs_the_emergency_threshold() {
    let mut world = World::upgraded();
    world.propose(Kind::Rollback, 1, false).unwrap();
    for member in 1..=3 {
        assert!(!world.approve(1, &approval(member, world.now)).unwrap().crosses);
    }
    assert!(world.approve(1, &approval(4, world.now)).unwrap().crosses);
    world.config.emergency_threshold = 5;
    world.now += HOUR;
    assert_eq!(world.execute(1), Err(RuleError::InvalidState));
}

#[test]
fn an_upgrade_is_rolled_back_within_seven_days_and_not_a_second_later() {
    let mut world = World::upgraded();
    let ends = world.program.last_upgrade_at + 7 * DAY;
    world.now = ends;
    assert_eq!(world.propose(Kind::Rollback, 1, false), Err(RuleError::RollbackWindowOver));
    world.now = ends - HOUR - 1;
    world.propose(Kind::Rollback, 1, false).unwrap();
    let mut late = world.clone();
    late.now += 1;
    for member in 1..=3 {
        late.approve(1, &approval(member, late.now)).unwrap();
    }
    assert_eq!(late.approve(1, &approval(4, late.now)), Err(RuleError::RollbackWindowOver));

    world.approve_by_enough(1);
    assert_eq!((world.proposals[1].eta, world.proposals[1].expires_at), (ends - 1, ends));
    let mut over = world.clone();
    over.now = ends;
    assert_eq!(over.execute(1), Err(RuleError::GraceOver));
    world.now = ends - 1;
    world.execute(1).unwrap();
}

#[test]
fn a_rollback_is_refused_for_each_single_reason() {
    type Spoil = fn(&mut World, &mut Undone, &mut Execution);
    let reasons: [(Spoil, RuleError); 11] = [
        (|_, _, e| e.durable_nonce = true, RuleError::DurableNonce),
        (|w, _, _| w.proposals[1].status = Status::Proposed, RuleError::InvalidState),
        (|w, _, _| w.proposals[1].kind = Kind::Upgrade, RuleError::InvalidState),
        (|w, _, _| w.program.released = true, RuleError::Released),
        (|w, _, _| w.program.version += 1, RuleError::StaleProposal),
        (|w, _, _| w.program.rollback_slot = None, RuleError::InvalidState),
        (|w, _, _| w.program.kept = None, RuleError::NothingToRollBack),
        (|_, u, _| u.proposal = key(99), RuleError::NothingToRollBack),
        (|_, u, _| u.status = Status::Completed, RuleError::InvalidState),
        (|_, _, e| e.buffer_len -= 1, RuleError::BufferLengthMismatch),
        (|w, _, _| w.program.last_upgrade_at -= 7 * DAY, RuleError::RollbackWindowOver),
    ];
    for (spoil, error) in reasons {
        let mut world = World::rollback_approved();
        let mut undone = Undone { proposal: address(0), status: Status::Executed, may_strand: 0 };
        let mut execution = Execution { now: world.now + HOUR, durable_nonce: false, buffer_len: BUFFER_LEN };
        let run = |w: &World, undone: &Undone, execution: &Execution| {
            roll_back(&w.config, &w.program, &w.proposals[1], undone, w.migration.as_ref(), execution)
        };
        assert!(run(&world, &undone, &execution).is_ok());
        spoil(&mut world, &mut undone, &mut execution);
        assert_eq!(run(&world, &undone, &execution), Err(error));
    }
}

#[test]
fn a_rollback_leaves_behind_no_more_accounts_than_was_voted() {
    for (migrated, reverted, may_strand, allowed) in
        [(3, 0, 2, false), (3, 1, 2, true), (3, 5, 0, true), (0, 0, 0, true), (u64::MAX, 0, u64::MAX, true)]
    {
        let mut world = World::upgraded();
        world.start_migration(0).unwrap();
        world.propose(Kind::Rollback, 1, false).unwrap();
        world.approve_by_enough(1);
        world.migration = world.migration.map(|migration| Migration { migrated, reverted, ..migration });
        world.may_strand = may_strand;
        world.now += HOUR;
        let expected = if allowed { Ok(()) } else { Err(RuleError::RollbackStrandsAccounts) };
        assert_eq!(world.execute(1), expected);
    }
}

#[test]
fn accounts_go_back_while_a_rollback_is_approved_and_forward_when_it_lapses() {
    type Lapse = fn(&mut World) -> Result<(), RuleError>;
    let lapses: [Lapse; 3] = [
        |w| w.revoke(1, 1),
        |w| (1..=3).try_for_each(|member| w.cancel(1, member)),
        |w| {
            w.now = w.proposals[1].expires_at;
            w.expire(1)
        },
    ];
    for lapse in lapses {
        let mut world = World::upgraded();
        world.start_migration(0).unwrap();
        world.propose(Kind::Rollback, 1, false).unwrap();
        world.approve_by_enough(1);
        assert_eq!(world.migration.unwrap().state, MigrationState::Reverting);
        lapse(&mut world).unwrap();
        assert_eq!(world.migration.unwrap().state, MigrationState::Migrating);
        assert_eq!(world.program.rollback_slot, None);
    }
}

#[test]
fn an_approved_upgrade_does_not_block_a_rollback_and_is_stale_after_it() {
    let mut world = World::upgraded();
    let next = world.propose(Kind::Upgrade, 2, true).unwrap();
    for _ in 0..3 {
        world.verify(next).unwrap();
    }
    world.approve_by_enough(next);
    let rollback = world.propose(Kind::Rollback, 1, false).unwrap();
    world.approve_by_enough(rollback);
    world.now += HOUR;
    world.execute(rollback).unwrap();
    world.now = world.proposals[next].eta;
    assert_eq!(world.execute(next), Err(RuleError::StaleProposal));
    world.expire(next).unwrap();
    assert_eq!(world.program.slot, None);
}

#[test]
fn a_rollback_is_stale_once_the_next_upgrade_runs() {
    let mut world = World::upgraded();
    let next = world.propose(Kind::Upgrade, 2, true).unwrap();
    for _ in 0..3 {
        world.verify(next).unwrap();
    }
    world.approve_by_enough(next);
    world.now = world.proposals[next].eta - HOUR;
    let rollback = world.propose(Kind::Rollback, 1, false).unwrap();
    world.approve_by_enough(rollback);
    world.now += HOUR;
    world.execute(next).unwrap();
    assert_eq!(world.execute(rollback), Err(RuleError::StaleProposal));
    assert_eq!((world.program.rollback_slot, world.program.kept), (None, None));
}

#[test]
fn two_rollbacks_are_not_approved_at_once() {
    let mut world = World::rollback_approved();
    let second = world.propose(Kind::Rollback, 2, false).unwrap();
    for member in 1..=3 {
        world.approve(second, &approval(member, world.now)).unwrap();
    }
    assert_eq!(world.approve(second, &approval(4, world.now)), Err(RuleError::SlotTaken));
}

#[test]
fn a_copy_is_kept_once_for_the_approved_upgrade_of_the_running_version() {
    type Spoil = fn(&mut World);
    let reasons: [(Spoil, RuleError); 8] = [
        (|w| w.proposals[0].kind = Kind::Transfer, RuleError::InvalidState),
        (|w| w.proposals[0].status = Status::Proposed, RuleError::InvalidState),
        (|w| w.program.version += 1, RuleError::StaleProposal),
        (|w| w.config.config_seq += 1, RuleError::StaleProposal),
        (|w| w.program.released = true, RuleError::Released),
        (|w| w.program.slot = Some([1; 32]), RuleError::InvalidState),
        (|w| w.proposals[0].no_rollback = true, RuleError::InvalidState),
        (|w| w.keep(0).unwrap(), RuleError::RollbackBufferKept),
    ];
    for (spoil, error) in reasons {
        let mut world = World::with(Proposal { no_rollback: false, ..verified(Kind::Upgrade) });
        world.approve_by_enough(0);
        assert_eq!(world.clone().keep(0), Ok(()));
        spoil(&mut world);
        assert_eq!(world.keep(0), Err(error));
    }
}

#[test]
fn a_program_leaves_by_its_slot_and_not_in_the_middle_of_a_migration() {
    let mut world = World::approved(Kind::Transfer);
    assert_eq!(world.program.slot, Some(address(0)));
    world.now = world.proposals[0].eta - 1;
    assert_eq!(world.execute(0), Err(RuleError::TimelockNotOver));
    world.now += 1;
    world.program.migration_open = true;
    assert_eq!(world.execute(0), Err(RuleError::MigrationOpen));
    world.program.migration_open = false;
    world.execute(0).unwrap();
    assert!(world.program.released);
    assert_eq!(world.propose(Kind::Upgrade, 1, true), Err(RuleError::Released));
}

#[test]
fn a_program_goes_to_another_key_than_it_has() {
    assert_eq!(check_new_authority(&key(1), &key(2)), Ok(()));
    assert_eq!(check_new_authority(&key(2), &key(2)), Err(RuleError::NewAuthorityInvalid));
    assert_eq!(check_new_authority(&key(0), &key(2)), Err(RuleError::NewAuthorityInvalid));
}

/// The proposal's own end is never later than the window's; the window is asked all the same.
#[test]
fn the_window_ends_a_rollback_whose_own_end_is_later() {
    let mut world = World::rollback_approved();
    let window_ends = world.program.rollback_window_ends().unwrap();
    world.proposals[1].expires_at = window_ends + DAY;
    world.now = window_ends;
    assert_eq!(world.execute(1), Err(RuleError::RollbackWindowOver));
    world.now -= 1;
    world.execute(1).unwrap();
}
