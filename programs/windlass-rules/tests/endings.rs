//! What takes a proposal back or ends it, and what is given back then.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

mod world;

use windlass_rules::proposal::{Kind, Proposal};
use windlass_rules::reclaim::{reclaim, retire};
use windlass_rules::transitions::Status;
use windlass_rules::RuleError;
use world::{address, approval, copy_for, verified, World, DAY, HOUR, START};

#[test]
fn below_the_threshold_the_timelock_is_void_and_starts_anew() {
    let mut world = World::approved(Kind::Upgrade);
    world.now += DAY;
    world.revoke(0, 2).unwrap();
    let proposal = &world.proposals[0];
    assert_eq!(proposal.status, Status::Proposed);
    assert_eq!((proposal.approved_at, proposal.eta, proposal.expires_at), (0, 0, START + 3 * DAY));
    assert_eq!(world.program.slot, None);
    world.approve(0, &approval(2, world.now)).unwrap();
    assert_eq!(world.proposals[0].eta, START + 3 * DAY);
}

#[test]
fn above_the_threshold_a_revocation_changes_no_time() {
    let mut world = World::approved(Kind::Upgrade);
    world.approve(0, &approval(4, START)).unwrap();
    let before = world.proposals[0].clone();
    world.revoke(0, 1).unwrap();
    let after = &world.proposals[0];
    assert_eq!(
        (after.status, after.eta, after.expires_at),
        (Status::Approved, before.eta, before.expires_at)
    );
    assert_eq!(world.program.slot, Some(address(0)));
}

#[test]
fn one_revokes_ones_own_approval_once_and_while_it_is_open() {
    let mut world = World::approved(Kind::Upgrade);
    assert_eq!(world.revoke(0, 4), Err(RuleError::NotApproved));
    world.revoke(0, 1).unwrap();
    assert_eq!(world.revoke(0, 1), Err(RuleError::NotApproved));
    let mut executed = World::approved(Kind::Upgrade);
    executed.now = executed.proposals[0].eta;
    executed.execute(0).unwrap();
    assert_eq!(executed.revoke(0, 1), Err(RuleError::InvalidState));
}

#[test]
fn a_member_who_left_revokes_and_one_may_after_the_time_is_over() {
    let mut world = World::approved(Kind::Upgrade);
    world.config.members.remove(1);
    world.now = world.proposals[0].expires_at + 1;
    world.revoke(0, 2).unwrap();
    assert_eq!(world.expire(0), Ok(()));
}

#[test]
fn a_rollback_falls_below_the_emergency_threshold() {
    let mut world = World::rollback_approved();
    world.revoke(1, 1).unwrap();
    assert_eq!(world.proposals[1].approvals.len(), 3);
    assert_eq!((world.proposals[1].status, world.program.rollback_slot), (Status::Proposed, None));
}

#[test]
fn a_proposal_expires_at_its_end_and_not_a_second_before() {
    for mut world in [World::with(verified(Kind::Upgrade)), World::approved(Kind::Upgrade)] {
        world.now = world.proposals[0].expires_at - 1;
        assert_eq!(world.expire(0), Err(RuleError::NotExpired));
        world.now += 1;
        world.expire(0).unwrap();
        assert_eq!((world.proposals[0].status, world.program.slot), (Status::Expired, None));
        assert_eq!(world.expire(0), Err(RuleError::InvalidState));
    }
}

#[test]
fn each_change_under_a_proposal_makes_it_stale() {
    type Change = fn(&mut World);
    let changes: [Change; 3] =
        [|w| w.config.config_seq += 1, |w| w.program.version += 1, |w| w.program.released = true];
    for (change, status) in changes.iter().flat_map(|change| [(change, true), (change, false)]) {
        let mut world =
            if status { World::approved(Kind::Upgrade) } else { World::with(verified(Kind::Upgrade)) };
        change(&mut world);
        world.expire(0).unwrap();
        assert_eq!((world.proposals[0].status, world.program.slot), (Status::Stale, None));
    }
}

#[test]
fn a_config_change_is_not_about_a_version() {
    let mut world = World::approved(Kind::Config);
    world.program.version += 1;
    world.program.released = true;
    assert_eq!(world.expire(0), Err(RuleError::NotExpired));
    world.now = world.proposals[0].eta;
    world.execute(0).unwrap();
    assert_eq!(world.config.config_seq, 5);
}

#[test]
fn a_config_change_makes_every_open_proposal_stale() {
    let mut world = World::approved(Kind::Config);
    let other = world.propose(Kind::Config, 2, true).unwrap();
    world.approve_by_enough(other);
    world.now = world.proposals[0].eta;
    world.execute(0).unwrap();
    assert_eq!(world.execute(other), Err(RuleError::StaleProposal));
    world.expire(other).unwrap();
    assert_eq!(world.proposals[other].status, Status::Stale);
}

#[test]
fn a_config_is_changed_only_by_an_approved_proposal_and_to_one_that_may_be() {
    use windlass_rules::config_change::change_config;
    use windlass_rules::execute::Execution;
    let world = World::approved(Kind::Config);
    let execution = Execution { now: world.proposals[0].eta, durable_nonce: false, buffer_len: 0 };
    let mut new = world.config.clone();
    new.timelock = 2 * DAY - 1;
    let change = |config, proposal, execution| change_config(&world.config, config, proposal, execution);
    assert_eq!(change(&new, &world.proposals[0], &execution), Err(RuleError::TimelockOutOfRange));
    assert!(change(&world.config, &world.proposals[0], &execution).is_ok());
    let nonce = Execution { durable_nonce: true, ..execution };
    assert_eq!(change(&world.config, &world.proposals[0], &nonce), Err(RuleError::DurableNonce));
    let upgrade = Proposal { kind: Kind::Upgrade, ..world.proposals[0].clone() };
    assert_eq!(change(&world.config, &upgrade, &execution), Err(RuleError::InvalidState));
}

#[test]
fn a_buffer_is_given_back_once_and_only_when_its_upgrade_will_not_come() {
    for status in Status::ALL {
        let proposal = Proposal { status, ..verified(Kind::Upgrade) };
        let abandoned = [Status::Cancelled, Status::Expired, Status::Stale].contains(&status);
        let expected = if abandoned { Ok(()) } else { Err(RuleError::InvalidState) };
        assert_eq!(reclaim(&proposal, false), expected, "{status:?}");
        let again = if abandoned { RuleError::BufferReclaimed } else { RuleError::InvalidState };
        assert_eq!(reclaim(&proposal, true), Err(again));
        for kind in [Kind::Rollback, Kind::Config, Kind::Transfer] {
            let other = Proposal { kind, ..proposal.clone() };
            assert_eq!(reclaim(&other, false), Err(RuleError::InvalidState));
        }
    }
}

#[test]
fn a_kept_copy_is_given_back_once_nothing_can_need_it() {
    let mut world = World::with(Proposal { no_rollback: false, ..verified(Kind::Upgrade) });
    world.approve_by_enough(0);
    world.keep(0).unwrap();
    assert_eq!(world.retire(0), Err(RuleError::RollbackBufferInUse));
    let mut fallen = world.clone();
    fallen.revoke(0, 1).unwrap();
    assert_eq!(fallen.retire(0), Err(RuleError::RollbackBufferInUse));
    let mut expired = world.clone();
    expired.now = expired.proposals[0].expires_at;
    expired.expire(0).unwrap();
    expired.retire(0).unwrap();

    world.now = world.proposals[0].eta;
    world.execute(0).unwrap();
    world.now += 7 * DAY - 1;
    assert_eq!(world.retire(0), Err(RuleError::RollbackBufferInUse));
    let mut released = world.clone();
    released.program.released = true;
    released.retire(0).unwrap();
    world.now += 1;
    world.retire(0).unwrap();
    assert_eq!(world.program.kept, None);
}

#[test]
fn a_replaced_copy_is_given_back_and_the_new_one_is_not() {
    let mut world = World::upgraded();
    let place = world.propose(Kind::Upgrade, 1, false).unwrap();
    for _ in 0..3 {
        world.verify(place).unwrap();
    }
    world.approve_by_enough(place);
    world.keep(place).unwrap();
    world.now = world.proposals[place].eta;
    world.execute(place).unwrap();
    assert_eq!(retire(&world.program, &world.proposals[0], &copy_for(0), world.now), Ok(()));
    assert_eq!(world.retire(place), Err(RuleError::RollbackBufferInUse));
    assert!(world.program.last_upgrade_at - START < 7 * DAY + HOUR);
}
