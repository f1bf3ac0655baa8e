//! Each rule of a proposal at its edge.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

mod world;

use windlass_rules::approve::{Approval, Approved};
use windlass_rules::cancel::cancel;
use windlass_rules::config::Config;
use windlass_rules::execute::{execute, Execution};
use windlass_rules::program::Program;
use windlass_rules::proposal::Proposal;
use windlass_rules::propose::{propose, Request};
use windlass_rules::transitions::Status;
use windlass_rules::{roles, RuleError};
use world::{approval, config, key, program, proposed, verified, World, BUFFER_LEN, DAY, START};

#[test]
fn an_upgrade_lives_from_proposal_to_execution() {
    let mut world = World::new(proposed());
    for _ in 0..3 {
        world.verify().unwrap();
    }
    assert_eq!(world.verify(), Err(RuleError::BufferAlreadyVerified));
    for member in 1..=2 {
        let approved = world.approve(&approval(member, START)).unwrap();
        assert_eq!((approved.status, approved.crosses, approved.eta), (Status::Proposed, false, 0));
    }
    let crossing = world.approve(&approval(3, START + 60)).unwrap();
    let eta = START + 60 + 2 * DAY;
    assert_eq!(
        crossing,
        Approved { status: Status::Approved, crosses: true, approvals: 3, eta, expires_at: eta + 14 * DAY }
    );
    world.now = eta - 1;
    assert_eq!(world.execute(), Err(RuleError::TimelockNotOver));
    world.now = eta;
    world.execute().unwrap();
    assert_eq!((world.program.version, world.proposal.status), (7, Status::Executed));
}

#[test]
fn an_approval_is_refused_for_each_single_reason() {
    type Spoil = fn(&mut World, &mut Approval);
    let reasons: [(Spoil, RuleError); 14] = [
        (|_, a| (a.nested, a.on_curve) = (true, true), RuleError::NestedApproval),
        (|_, a| a.durable_nonce = true, RuleError::DurableNonce),
        (|w, _| w.proposal.status = Status::Executed, RuleError::InvalidState),
        (|w, _| w.proposal.status = Status::Cancelled, RuleError::InvalidState),
        (|w, _| w.program.released = true, RuleError::Released),
        (|w, _| w.program.version += 1, RuleError::StaleProposal),
        (|w, _| w.config.config_seq += 1, RuleError::StaleProposal),
        (|w, a| a.now = w.proposal.expires_at, RuleError::VotingClosed),
        (|_, a| a.member = key(9), RuleError::NotAMember),
        (|w, _| w.config.members[2].roles = roles::PROPOSE, RuleError::MissingRole),
        (|w, _| w.proposal.approvals.push(key(3)), RuleError::AlreadyApproved),
        (|w, _| w.proposal.verified_len -= 1, RuleError::BufferNotVerified),
        (|_, a| a.digest[31] ^= 1, RuleError::DigestMismatch),
        (|w, _| w.program.slot = Some([1; 32]), RuleError::SlotTaken),
    ];
    for (spoil, error) in reasons {
        let mut world = World::new(verified());
        world.proposal.approvals = vec![key(1), key(2)];
        let mut approval = approval(3, START);
        assert!(world.clone().approve(&approval).is_ok());
        spoil(&mut world, &mut approval);
        assert_eq!(world.approve(&approval), Err(error));
    }
}

#[test]
fn a_program_approves_by_a_call_where_a_keypair_may_not() {
    let mut world = World::new(verified());
    let vote = Approval { nested: true, on_curve: false, ..approval(1, START) };
    assert!(world.approve(&vote).is_ok());
}

#[test]
fn an_execution_is_refused_for_each_single_reason() {
    type Spoil = fn(&mut World, &mut Execution);
    let reasons: [(Spoil, RuleError); 13] = [
        (|_, e| e.durable_nonce = true, RuleError::DurableNonce),
        (|w, _| w.proposal.status = Status::Proposed, RuleError::InvalidState),
        (|w, _| w.proposal.status = Status::Cancelled, RuleError::InvalidState),
        (|w, _| w.program.released = true, RuleError::Released),
        (|w, _| w.program.version += 1, RuleError::StaleProposal),
        (|w, _| w.config.config_seq += 1, RuleError::StaleProposal),
        (|w, _| w.config.threshold = 4, RuleError::InvalidState),
        (|w, _| w.program.slot = None, RuleError::InvalidState),
        (|w, _| w.program.slot = Some([1; 32]), RuleError::InvalidState),
        (|w, e| e.now = w.proposal.eta - 1, RuleError::TimelockNotOver),
        (|w, e| e.now = w.proposal.expires_at, RuleError::GraceOver),
        (|w, _| w.proposal.verified_digest[0] ^= 1, RuleError::BufferNotVerified),
        (|_, e| e.buffer_len += 1, RuleError::BufferLengthMismatch),
    ];
    for (spoil, error) in reasons {
        let mut world = World::approved();
        let mut execution =
            Execution { now: world.proposal.eta, durable_nonce: false, buffer_len: BUFFER_LEN };
        assert!(execute(&world.config, &world.program, &world.proposal, &execution).is_ok());
        spoil(&mut world, &mut execution);
        assert_eq!(execute(&world.config, &world.program, &world.proposal, &execution), Err(error));
    }
}

#[test]
fn the_longer_timelock_counts() {
    for (own, expected) in [(0, 2 * DAY), (2 * DAY, 2 * DAY), (9 * DAY, 9 * DAY)] {
        let mut world = World::new(verified());
        world.program.timelock = own;
        world.proposal.approvals = vec![key(1), key(2)];
        assert_eq!(world.approve(&approval(3, START)).unwrap().eta, START + expected);
    }
}

#[test]
fn a_proposal_is_refused_for_each_single_reason() {
    type Spoil = fn(&mut Config, &mut Program, &mut Request);
    let reasons: [(Spoil, RuleError); 6] = [
        (|_, _, r| r.proposer = key(9), RuleError::NotAMember),
        (|_, _, r| r.proposer = key(2), RuleError::MissingRole),
        (|_, p, _| p.released = true, RuleError::Released),
        (|_, _, r| r.no_rollback = false, RuleError::RollbackBufferRequired),
        (|_, _, r| r.open_proposals = 3, RuleError::TooManyOpenProposals),
        (|_, _, r| r.now = i64::MAX, RuleError::Overflow),
    ];
    for (spoil, error) in reasons {
        let (mut config, mut program) = (config(), program());
        let mut request = Request { proposer: key(1), open_proposals: 2, no_rollback: true, now: START };
        let made = propose(&config, &program, &request).unwrap();
        assert_eq!((made.expires_at, made.open_proposals), (START + 3 * DAY, 3));
        spoil(&mut config, &mut program, &mut request);
        assert_eq!(propose(&config, &program, &request), Err(error));
    }
}

#[test]
fn the_proposer_withdraws_only_before_the_approval() {
    let mut world = World::new(proposed());
    let vote = cancel(&world.config, &world.proposal, &key(1)).unwrap();
    assert_eq!((vote.status, vote.withdrawn, vote.cancel_votes), (Status::Cancelled, true, 0));

    world = World::approved();
    let vote = cancel(&world.config, &world.proposal, &key(1)).unwrap();
    assert_eq!((vote.status, vote.withdrawn, vote.cancel_votes), (Status::Approved, false, 1));
}

#[test]
fn a_proposer_who_left_can_still_withdraw() {
    let mut world = World::new(proposed());
    world.config.members.remove(0);
    world.config.config_seq += 1;
    assert!(world.cancel(1).is_ok());
}

#[test]
fn each_approver_votes_to_cancel_once() {
    let mut world = World::approved();
    world.cancel(2).unwrap();
    assert_eq!(world.cancel(2), Err(RuleError::AlreadyCancelVoted));
    assert_eq!(world.cancel(9), Err(RuleError::NotAMember));
    world.config.members[2].roles = roles::GUARD;
    assert_eq!(world.cancel(3), Err(RuleError::MissingRole));
    world.cancel(4).unwrap();
    world.cancel(5).unwrap();
    assert_eq!((world.proposal.status, world.program.slot), (Status::Cancelled, None));
    assert_eq!(world.cancel(1), Err(RuleError::InvalidState));
}

#[test]
fn times_at_the_end_of_the_clock_are_refused() {
    let mut world = World::new(Proposal { expires_at: i64::MAX, ..verified() });
    world.proposal.approvals = vec![key(1), key(2)];
    assert_eq!(world.approve(&approval(3, i64::MAX - 1)), Err(RuleError::Overflow));
    assert_eq!(world.approve(&approval(3, i64::MAX - 2 * DAY)), Err(RuleError::Overflow));
}

#[test]
fn the_invariant_sees_what_must_not_be() {
    type Spoil = fn(&mut Proposal);
    let spoiled: [Spoil; 13] = [
        |p| p.buffer_len = 0,
        |p| p.verified_len = BUFFER_LEN + 1,
        |p| p.verified_digest[0] ^= 1,
        |p| p.approvals.push(key(1)),
        |p| p.cancel_votes = vec![key(1), key(1)],
        |p| p.closed_at = START,
        |p| p.status = Status::Proposed,
        |p| p.status = Status::Executed,
        |p| p.approvals.clear(),
        |p| p.eta = p.approved_at + 2 * DAY - 1,
        |p| p.expires_at = p.eta,
        |p| p.approved_at = START - 1,
        |p| (p.status, p.closed_at) = (Status::Executed, p.eta - 1),
    ];
    let good = World::approved().proposal;
    assert_eq!(good.invariant(), Ok(()));
    for (number, spoil) in spoiled.iter().enumerate() {
        let mut proposal = good.clone();
        spoil(&mut proposal);
        assert_eq!(proposal.invariant(), Err(RuleError::InvariantViolated), "number {number}");
    }
}
