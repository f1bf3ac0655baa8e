//! Proposals lived through at random: whatever is tried, in whatever order, the invariant holds and a refusal changes
//! nothing.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

mod world;

use proptest::prelude::*;
use windlass_rules::approve::Approval;
use windlass_rules::transitions::Status;
use world::{approval, proposed, World, DAY, DIGEST};

#[derive(Clone, Debug)]
enum Step {
    Wait(i64),
    Verify,
    Approve(Approval),
    Cancel(u8),
    Execute,
}

fn steps() -> impl Strategy<Value = Step> {
    let seconds =
        prop_oneof![6 => 0..3_600i64, 2 => 0..2 * DAY, 2 => 2 * DAY..4 * DAY, 1 => 13 * DAY..17 * DAY];
    let votes = (0u8..7, 0u8..20, any::<[bool; 3]>()).prop_map(|(member, odd, flags)| Approval {
        digest: if odd == 0 { [0; 32] } else { DIGEST },
        durable_nonce: odd == 1,
        nested: flags[0] && odd < 5,
        on_curve: flags[1],
        ..approval(member, 0)
    });
    prop_oneof![
        2 => seconds.prop_map(Step::Wait),
        4 => Just(Step::Verify),
        8 => votes.prop_map(Step::Approve),
        1 => (0u8..7).prop_map(Step::Cancel),
        3 => Just(Step::Execute),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn whatever_is_tried_the_promises_hold(steps in prop::collection::vec(steps(), 5..60)) {
        let mut world = World::new(proposed());
        for step in steps {
            let before = world.clone();
            let result = match &step {
                Step::Wait(seconds) => { world.now += seconds; continue }
                Step::Verify => world.verify(),
                Step::Approve(vote) => world.approve(&Approval { now: before.now, ..*vote }).map(|_| ()),
                Step::Cancel(member) => world.cancel(*member),
                Step::Execute => world.execute(),
            };
            prop_assert_eq!(world.proposal.invariant(), Ok(()));
            if result.is_err() {
                prop_assert_eq!(&world, &before);
            }
            if before.proposal.status.is_closed() {
                prop_assert!(result.is_err());
            }
            let proposal = &world.proposal;
            prop_assert_eq!(world.program.slot.is_some(), proposal.status == Status::Approved);
            if proposal.status == Status::Executed {
                prop_assert!(proposal.approvals.len() >= 3);
                prop_assert!(proposal.approvals.iter().all(|member| (1..=5).contains(&member[0])));
                prop_assert!(proposal.is_verified());
                prop_assert!(proposal.closed_at - proposal.approved_at >= 2 * DAY);
                prop_assert!(proposal.closed_at < proposal.expires_at);
                prop_assert!(proposal.cancel_votes.len() < 3);
            }
        }
    }
}
