//! What the invariants let through: each good state of a proposal's life and of a pause, and nothing beside it.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

mod world;

use windlass_rules::pause::Pause;
use windlass_rules::program::Kept;
use windlass_rules::proposal::{Kind, Proposal};
use windlass_rules::transitions::Status;
use windlass_rules::RuleError;
use world::{copy_for, key, proposed, verified, World, BUFFER_LEN, CODE, DAY, START};

const VIOLATED: Result<(), RuleError> = Err(RuleError::InvariantViolated);

#[test]
fn every_kind_is_sound_from_proposal_over_approval_to_execution() {
    for kind in Kind::ALL {
        assert_eq!(proposed(kind).invariant(), Ok(()), "{kind:?} proposed");
        let world = if kind == Kind::Rollback { World::rollback_approved() } else { World::approved(kind) };
        let approved = world.proposals.last().unwrap().clone();
        assert_eq!(approved.invariant(), Ok(()), "{kind:?} approved");
        for status in [Status::Executed, Status::Migrating, Status::Completed, Status::RolledBack] {
            for closed_at in [approved.eta, approved.expires_at - 1] {
                let executed = Proposal { status, closed_at, ..approved.clone() };
                assert_eq!(executed.invariant(), Ok(()), "{kind:?} {status:?}");
            }
        }
    }
}

#[test]
fn what_ends_is_sound_whether_it_was_approved_or_not() {
    let approved = World::approved(Kind::Upgrade).proposals[0].clone();
    for status in [Status::Cancelled, Status::Expired, Status::Stale] {
        for open in [proposed(Kind::Upgrade), approved.clone()] {
            let ended = Proposal { status, closed_at: START + DAY, ..open };
            assert_eq!(ended.invariant(), Ok(()), "{status:?}");
        }
    }
}

#[test]
fn a_copy_is_kept_for_an_upgrade_at_its_own_version() {
    let mut world = World::with(Proposal { no_rollback: false, ..verified(Kind::Upgrade) });
    world.approve_by_enough(0);
    world.keep(0).unwrap();
    assert_eq!(world.proposals[0].invariant(), Ok(()));
    assert_eq!(Proposal { kind: Kind::Rollback, ..world.proposals[0].clone() }.invariant(), VIOLATED);
}

#[test]
fn a_buffer_hashed_in_part_is_sound_and_one_hashed_to_something_else_is_not() {
    let half = Proposal { verified_len: BUFFER_LEN - 1, verified_digest: [9; 32], ..proposed(Kind::Upgrade) };
    assert_eq!(half.invariant(), Ok(()));
    assert_eq!(Proposal { verified_len: BUFFER_LEN, ..half.clone() }.invariant(), VIOLATED);
    assert_eq!(
        Proposal { verified_len: BUFFER_LEN + 1, verified_digest: CODE, ..half }.invariant(),
        VIOLATED
    );
}

#[test]
fn what_is_proposed_has_no_mark_of_an_approval() {
    let spoiled: [fn(&mut Proposal); 3] =
        [|p| p.approved_at = START, |p| p.eta = START + 2 * DAY, |p| p.pause_mark = 1];
    for spoil in spoiled {
        let mut proposal = verified(Kind::Upgrade);
        spoil(&mut proposal);
        assert_eq!(proposal.invariant(), VIOLATED);
    }
}

#[test]
fn no_pause_and_one_from_a_second_on_are_sound_and_one_without_a_beginning_is_not() {
    assert_eq!(Pause::default().invariant(), Ok(()));
    let one =
        |started_at| Pause { started_at, until: DAY, by: key(4), accumulated: 0, recent: [0, 0, started_at] };
    assert_eq!(one(1).invariant(), Ok(()));
    assert_eq!(one(0).invariant(), VIOLATED);
}

#[test]
fn a_rollback_needs_both_a_copy_and_the_upgrade_it_undoes() {
    let upgraded = World::upgraded();
    let kept = Some(Kept { buffer: copy_for(0), version: 6 });
    for (kept, last_upgrade) in [(kept, None), (None, upgraded.program.last_upgrade)] {
        let mut world = upgraded.clone();
        (world.program.kept, world.program.last_upgrade) = (kept, last_upgrade);
        assert_eq!(world.propose(Kind::Rollback, 1, false), Err(RuleError::NothingToRollBack));
    }
}
