//! Proposals of all kinds lived through at random: whatever is tried, in whatever order, what was promised holds and a
//! refusal changes nothing.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

mod world;

use proptest::prelude::*;
use windlass_rules::approve::Approval;
use windlass_rules::pause::{MAX_PAUSE, PAUSE_WINDOW};
use windlass_rules::proposal::{Kind, Proposal};
use windlass_rules::transitions::{Status, TRANSITIONS};
use windlass_rules::RuleError;
use world::{address, approval, World, DAY, DIGEST, HOUR};

#[derive(Clone, Debug)]
enum Step {
    Wait(i64),
    Propose(Kind, u8, bool),
    Verify(usize),
    Approve(usize, Approval),
    /// Enough members approve, one after the other.
    ApproveByAll(usize),
    Revoke(usize, u8),
    Cancel(usize, u8),
    Expire(usize),
    Keep(usize),
    Retire(usize),
    Execute(usize),
    StartMigration(usize),
    Pause(u8, i64),
    Resume(u8),
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![4 => Just(Kind::Upgrade), 3 => Just(Kind::Rollback), 1 => Just(Kind::Config), 1 => Just(Kind::Transfer)]
}

fn steps() -> impl Strategy<Value = Step> {
    let seconds =
        prop_oneof![4 => 0..HOUR, 3 => HOUR..2 * DAY, 4 => 2 * DAY..3 * DAY, 1 => 6 * DAY..17 * DAY];
    let place = || 0usize..5;
    let votes = (place(), 0u8..7, 0u8..20, any::<[bool; 3]>()).prop_map(|(place, member, odd, flags)| {
        let vote = Approval {
            digest: if odd == 0 { [0; 32] } else { DIGEST },
            durable_nonce: odd == 1,
            nested: flags[0] && odd < 5,
            on_curve: flags[1],
            ..approval(member, 0)
        };
        Step::Approve(place, vote)
    });
    prop_oneof![
        4 => seconds.prop_map(Step::Wait),
        3 => (kinds(), 0u8..4, any::<bool>()).prop_map(|(kind, member, way)| Step::Propose(kind, member, way)),
        6 => place().prop_map(Step::Verify),
        4 => votes,
        6 => place().prop_map(Step::ApproveByAll),
        2 => (place(), 0u8..7).prop_map(|(place, member)| Step::Revoke(place, member)),
        2 => (place(), 0u8..7).prop_map(|(place, member)| Step::Cancel(place, member)),
        2 => place().prop_map(Step::Expire),
        3 => place().prop_map(Step::Keep),
        1 => place().prop_map(Step::Retire),
        6 => place().prop_map(Step::Execute),
        1 => place().prop_map(Step::StartMigration),
        1 => (0u8..7, 0..MAX_PAUSE + 2).prop_map(|(guard, seconds)| Step::Pause(guard, seconds)),
        1 => (0u8..7).prop_map(Step::Resume),
    ]
}

fn take(world: &mut World, step: &Step) -> Result<(), RuleError> {
    match step {
        Step::Wait(seconds) => world.now += seconds,
        Step::Propose(kind, member, way) => world.propose(*kind, *member, *way).map(|_| ())?,
        Step::Verify(place) => world.verify(*place)?,
        Step::Approve(place, vote) => {
            let vote = Approval { now: world.now, ..*vote };
            world.approve(*place, &vote).map(|_| ())?;
        }
        Step::ApproveByAll(place) => {
            let vote = (1..=4).map(|member| world.approve(*place, &approval(member, world.now)));
            let refusals: Vec<_> = vote.map(|approved| approved.err()).collect();
            if refusals.iter().all(Option::is_some) {
                return Err(refusals[0].unwrap());
            }
        }
        Step::Revoke(place, member) => world.revoke(*place, *member)?,
        Step::Cancel(place, member) => world.cancel(*place, *member)?,
        Step::Expire(place) => world.expire(*place)?,
        Step::Keep(place) => world.keep(*place)?,
        Step::Retire(place) if world.proposals[*place].kept_version.is_some() => world.retire(*place)?,
        Step::Retire(_) => return Err(RuleError::NothingToRollBack),
        Step::Execute(place) => world.execute(*place)?,
        Step::StartMigration(place) => world.start_migration(*place)?,
        Step::Pause(guard, seconds) => world.pause(*guard, *seconds)?,
        Step::Resume(signer) => world.resume(*signer)?,
    }
    Ok(())
}

/// The place of the proposal that a step is about.
fn place_of(step: &Step) -> Option<usize> {
    match step {
        Step::Verify(place)
        | Step::Approve(place, _)
        | Step::ApproveByAll(place)
        | Step::Revoke(place, _) => Some(*place),
        Step::Cancel(place, _) | Step::Expire(place) | Step::Keep(place) | Step::Retire(place) => {
            Some(*place)
        }
        Step::Execute(place) | Step::StartMigration(place) => Some(*place),
        Step::Wait(_) | Step::Propose(..) | Step::Pause(..) | Step::Resume(_) => None,
    }
}

fn moves(before: Status, after: Status) -> bool {
    before == after || TRANSITIONS.iter().any(|row| row.from == Some(before) && row.to == after)
}

/// What was promised to everybody who looks at an executed proposal.
fn was_executed_as_promised(proposal: &Proposal) -> bool {
    let (approvals, delay) = if proposal.kind == Kind::Rollback { (4, HOUR) } else { (3, 2 * DAY) };
    proposal.approvals.len() >= approvals
        && proposal.approvals.iter().all(|member| (1..=5).contains(&member[0]))
        && proposal.is_verified()
        && proposal.closed_at - proposal.approved_at >= delay
        && proposal.closed_at < proposal.expires_at
        && proposal.cancel_votes.len() < 3
        && (proposal.kind != Kind::Upgrade || proposal.no_rollback || proposal.base_version > 0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn whatever_is_tried_the_promises_hold(steps in prop::collection::vec(steps(), 20..120)) {
        let mut world = World::new();
        for step in steps {
            if place_of(&step).is_some_and(|place| place >= world.proposals.len()) || world.proposals.len() > 20 {
                continue;
            }
            let before = world.clone();
            if take(&mut world, &step).is_err() {
                prop_assert_eq!(&world, &before);
                continue;
            }
            prop_assert_eq!(world.config.pause.invariant(), Ok(()));
            let in_force = before.config.pause.in_force(before.now);
            for (place, proposal) in world.proposals.iter().enumerate() {
                prop_assert_eq!(proposal.invariant(), Ok(()), "{:?}", &step);
                let Some(former) = before.proposals.get(place) else { continue };
                prop_assert!(moves(former.status, proposal.status), "{:?} {:?}", former, proposal);
                let executed = former.status == Status::Approved && proposal.status == Status::Executed;
                if executed {
                    prop_assert!(was_executed_as_promised(proposal), "{:?}", proposal);
                    prop_assert!(!in_force || proposal.kind == Kind::Rollback);
                    prop_assert!(former.config_seq == before.config.config_seq);
                }
                if executed && proposal.kind.has_code() {
                    prop_assert_eq!(world.program.version, before.program.version + 1);
                    prop_assert_eq!(former.base_version, before.program.version);
                }
                if executed && proposal.kind == Kind::Rollback {
                    prop_assert!(before.now < before.program.last_upgrade_at + 7 * DAY);
                    prop_assert_eq!(before.program.kept.map(|kept| kept.version + 1), Some(before.program.version));
                }
                if executed && proposal.kind == Kind::Upgrade && !proposal.no_rollback {
                    prop_assert_eq!(world.program.kept.map(|kept| kept.version), Some(before.program.version));
                }
            }
            let fresh_open = |member: u8| world.proposals.iter().filter(|proposal| {
                proposal.status.is_open()
                    && proposal.proposer[0] == member
                    && proposal.config_seq == world.config.config_seq
            }).count();
            for member in 1..=3u8 {
                prop_assert_eq!(usize::from(world.open_by[usize::from(member)]), fresh_open(member));
                prop_assert!(fresh_open(member) <= 3);
            }
            for slot in [world.program.slot, world.program.rollback_slot].into_iter().flatten() {
                let holder = world.proposals.iter().find(|proposal| proposal.address == slot).unwrap();
                prop_assert_eq!(holder.status, Status::Approved);
            }
            prop_assert!(!world.program.released || world.program.slot.is_none());
            let starts = world.config.pause.recent;
            prop_assert!(starts[0] == 0 || starts[2] - starts[0] < i64::MAX);
            if before.config.pause.recent != starts && before.config.pause.recent[0] != 0 {
                prop_assert!(starts[2] - before.config.pause.recent[0] >= PAUSE_WINDOW);
            }
            prop_assert!(world.program.version >= before.program.version);
            prop_assert!(world.proposals.iter().enumerate().all(|(place, proposal)| proposal.address == address(place)));
        }
    }
}
