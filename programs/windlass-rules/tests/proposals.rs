//! Proposing, approving, cancelling and executing: each rule at its edge.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

mod world;

use windlass_rules::approve::{Approval, Approved};
use windlass_rules::cancel::cancel;
use windlass_rules::config::Config;
use windlass_rules::execute::{execute, Execution};
use windlass_rules::pause::Pause;
use windlass_rules::program::Program;
use windlass_rules::proposal::{Kind, Proposal};
use windlass_rules::propose::{propose, Request};
use windlass_rules::transitions::Status;
use windlass_rules::{roles, RuleError};
use world::{approval, config, key, program, proposed, verified, World, BUFFER_LEN, DAY, HOUR, START};

#[test]
fn an_upgrade_lives_from_proposal_to_execution() {
    let mut world = World::with(proposed(Kind::Upgrade));
    for _ in 0..3 {
        world.verify(0).unwrap();
    }
    assert_eq!(world.verify(0), Err(RuleError::BufferAlreadyVerified));
    for member in 1..=2 {
        let approved = world.approve(0, &approval(member, START)).unwrap();
        assert_eq!((approved.status, approved.crosses, approved.eta), (Status::Proposed, false, 0));
    }
    let crossing = world.approve(0, &approval(3, START + 60)).unwrap();
    let eta = START + 60 + 2 * DAY;
    assert_eq!(
        crossing,
        Approved {
            status: Status::Approved,
            crosses: true,
            approvals: 3,
            eta,
            pause_mark: 0,
            expires_at: eta + 14 * DAY
        }
    );
    world.now = eta - 1;
    assert_eq!(world.execute(0), Err(RuleError::TimelockNotOver));
    world.now = eta;
    world.execute(0).unwrap();
    assert_eq!((world.program.version, world.proposals[0].status), (7, Status::Executed));
}

#[test]
fn an_approval_is_refused_for_each_single_reason() {
    type Spoil = fn(&mut World, &mut Approval);
    let reasons: [(Spoil, RuleError); 15] = [
        (|_, a| (a.nested, a.on_curve) = (true, true), RuleError::NestedApproval),
        (|_, a| a.durable_nonce = true, RuleError::DurableNonce),
        (|w, _| w.proposals[0].status = Status::Executed, RuleError::InvalidState),
        (|w, _| w.proposals[0].status = Status::Cancelled, RuleError::InvalidState),
        (|w, _| w.program.released = true, RuleError::Released),
        (|w, _| w.program.version += 1, RuleError::StaleProposal),
        (|w, _| w.config.config_seq += 1, RuleError::StaleProposal),
        (|w, a| a.now = w.proposals[0].expires_at, RuleError::VotingClosed),
        (|_, a| a.member = key(9), RuleError::NotAMember),
        (|w, _| w.config.members[2].roles = roles::PROPOSE, RuleError::MissingRole),
        (|w, _| w.proposals[0].approvals.push(key(3)), RuleError::AlreadyApproved),
        (|w, _| w.proposals[0].verified_len -= 1, RuleError::BufferNotVerified),
        (|_, a| a.digest[31] ^= 1, RuleError::DigestMismatch),
        (|w, _| w.program.slot = Some([1; 32]), RuleError::SlotTaken),
        (|w, _| w.config.pause = paused(), RuleError::SystemPaused),
    ];
    for (spoil, error) in reasons {
        let mut world = World::with(verified(Kind::Upgrade));
        world.proposals[0].approvals = vec![key(1), key(2)];
        let mut approval = approval(3, START);
        assert!(world.clone().approve(0, &approval).is_ok());
        spoil(&mut world, &mut approval);
        assert_eq!(world.approve(0, &approval), Err(error));
    }
}

#[test]
fn a_program_approves_by_a_call_where_a_keypair_may_not() {
    let mut world = World::with(verified(Kind::Upgrade));
    let vote = Approval { nested: true, on_curve: false, ..approval(1, START) };
    assert!(world.approve(0, &vote).is_ok());
}

#[test]
fn an_execution_is_refused_for_each_single_reason() {
    type Spoil = fn(&mut World, &mut Execution);
    let reasons: [(Spoil, RuleError); 17] = [
        (|_, e| e.durable_nonce = true, RuleError::DurableNonce),
        (|w, _| w.proposals[0].status = Status::Proposed, RuleError::InvalidState),
        (|w, _| w.proposals[0].status = Status::Cancelled, RuleError::InvalidState),
        (|w, _| w.program.released = true, RuleError::Released),
        (|w, _| w.program.version += 1, RuleError::StaleProposal),
        (|w, _| w.config.config_seq += 1, RuleError::StaleProposal),
        (|w, _| w.config.threshold = 4, RuleError::InvalidState),
        (|w, _| w.program.slot = None, RuleError::InvalidState),
        (|w, _| w.program.slot = Some([1; 32]), RuleError::InvalidState),
        (|w, e| e.now = w.proposals[0].eta - 1, RuleError::TimelockNotOver),
        (|w, e| e.now = w.proposals[0].expires_at, RuleError::GraceOver),
        (|w, _| w.proposals[0].verified_digest[0] ^= 1, RuleError::BufferNotVerified),
        (|_, e| e.buffer_len += 1, RuleError::BufferLengthMismatch),
        (|w, _| w.config.pause = paused(), RuleError::SystemPaused),
        (|w, _| w.program.migration_open = true, RuleError::MigrationOpen),
        (|w, _| w.proposals[0].no_rollback = false, RuleError::RollbackBufferRequired),
        (|w, _| w.proposals[0].kind = Kind::Transfer, RuleError::InvalidState),
    ];
    for (spoil, error) in reasons {
        let mut world = World::approved(Kind::Upgrade);
        let mut execution =
            Execution { now: world.proposals[0].eta, durable_nonce: false, buffer_len: BUFFER_LEN };
        assert!(execute(&world.config, &world.program, &world.proposals[0], &execution).is_ok());
        spoil(&mut world, &mut execution);
        assert_eq!(execute(&world.config, &world.program, &world.proposals[0], &execution), Err(error));
    }
}

#[test]
fn the_longer_timelock_counts() {
    for (own, expected) in [(0, 2 * DAY), (2 * DAY, 2 * DAY), (9 * DAY, 9 * DAY)] {
        let mut world = World::with(verified(Kind::Upgrade));
        world.program.timelock = own;
        world.proposals[0].approvals = vec![key(1), key(2)];
        assert_eq!(world.approve(0, &approval(3, START)).unwrap().eta, START + expected);
    }
}

#[test]
fn a_proposal_is_refused_for_each_single_reason() {
    type Spoil = fn(&mut Config, &mut Program, &mut Request);
    let reasons: [(Spoil, RuleError); 8] = [
        (|_, _, r| r.proposer = key(9), RuleError::NotAMember),
        (|_, _, r| r.proposer = key(3), RuleError::MissingRole),
        (|_, p, _| p.released = true, RuleError::Released),
        (|c, _, _| c.pause = paused(), RuleError::SystemPaused),
        (|_, _, r| r.kind = Kind::Config, RuleError::ProgramMismatch),
        (|_, _, r| r.kind = Kind::Rollback, RuleError::NothingToRollBack),
        (|_, _, r| r.open_proposals = 3, RuleError::TooManyOpenProposals),
        (|_, _, r| r.now = i64::MAX, RuleError::Overflow),
    ];
    for (spoil, error) in reasons {
        let (mut config, mut program) = (config(), program());
        let mut request = Request { kind: Kind::Upgrade, proposer: key(1), open_proposals: 2, now: START };
        let made = propose(&config, Some(&program), &request).unwrap();
        assert_eq!((made.expires_at, made.open_proposals), (START + 3 * DAY, 3));
        spoil(&mut config, &mut program, &mut request);
        assert_eq!(propose(&config, Some(&program), &request), Err(error));
    }
}

#[test]
fn the_proposer_withdraws_only_before_the_approval() {
    let mut world = World::with(proposed(Kind::Upgrade));
    let vote = cancel(&world.config, &world.proposals[0], &key(1)).unwrap();
    assert_eq!((vote.status, vote.withdrawn, vote.cancel_votes), (Status::Cancelled, true, 0));

    world = World::approved(Kind::Upgrade);
    let vote = cancel(&world.config, &world.proposals[0], &key(1)).unwrap();
    assert_eq!((vote.status, vote.withdrawn, vote.cancel_votes), (Status::Approved, false, 1));
}

#[test]
fn a_proposer_who_left_can_still_withdraw() {
    let mut world = World::with(proposed(Kind::Upgrade));
    world.config.members.remove(0);
    world.config.config_seq += 1;
    assert!(world.cancel(0, 1).is_ok());
}

#[test]
fn each_approver_votes_to_cancel_once() {
    let mut world = World::approved(Kind::Upgrade);
    world.cancel(0, 2).unwrap();
    assert_eq!(world.cancel(0, 2), Err(RuleError::AlreadyCancelVoted));
    assert_eq!(world.cancel(0, 9), Err(RuleError::NotAMember));
    world.config.members[2].roles = roles::GUARD;
    assert_eq!(world.cancel(0, 3), Err(RuleError::MissingRole));
    world.cancel(0, 4).unwrap();
    world.cancel(0, 5).unwrap();
    assert_eq!((world.proposals[0].status, world.program.slot), (Status::Cancelled, None));
    assert_eq!(world.cancel(0, 1), Err(RuleError::InvalidState));
}

#[test]
fn times_at_the_end_of_the_clock_are_refused() {
    let mut world = World::with(Proposal { expires_at: i64::MAX, ..verified(Kind::Upgrade) });
    world.proposals[0].approvals = vec![key(1), key(2)];
    assert_eq!(world.approve(0, &approval(3, i64::MAX - 1)), Err(RuleError::Overflow));
    assert_eq!(world.approve(0, &approval(3, i64::MAX - 2 * DAY)), Err(RuleError::Overflow));
}

#[test]
fn the_invariant_sees_what_must_not_be() {
    type Spoil = fn(&mut Proposal);
    let spoiled: [Spoil; 18] = [
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
        |p| (p.status, p.closed_at) = (Status::Completed, p.expires_at),
        |p| p.kind = Kind::Transfer,
        |p| p.kept_version = Some(p.base_version),
        |p| (p.no_rollback, p.kept_version) = (false, Some(p.base_version - 1)),
        |p| p.status = Status::Stale,
    ];
    let good = World::approved(Kind::Upgrade).proposals[0].clone();
    assert_eq!(good.invariant(), Ok(()));
    for (number, spoil) in spoiled.iter().enumerate() {
        let mut proposal = good.clone();
        spoil(&mut proposal);
        assert_eq!(proposal.invariant(), Err(RuleError::InvariantViolated), "number {number}");
    }
}

/// In force at START and long after.
fn paused() -> Pause {
    Pause { started_at: START - HOUR, until: START + 3 * DAY - HOUR, by: key(4), ..Pause::default() }
}

#[test]
fn a_config_is_of_no_program_and_everything_else_of_one() {
    for kind in Kind::ALL {
        let request = Request { kind, proposer: key(1), open_proposals: 0, now: START };
        let without = propose(&config(), None, &request).map(|made| made.status);
        let expected =
            if kind == Kind::Config { Ok(Status::Proposed) } else { Err(RuleError::ProgramMismatch) };
        assert_eq!(without, expected, "{kind:?}");
    }
}

#[test]
fn each_kind_has_its_threshold_and_its_delay() {
    for (kind, own_timelock, approvals, delay) in [
        (Kind::Upgrade, 9 * DAY, 3, 9 * DAY),
        (Kind::Transfer, 9 * DAY, 3, 9 * DAY),
        (Kind::Config, 9 * DAY, 3, 2 * DAY),
    ] {
        let mut world = World::with(verified(kind));
        world.program.timelock = own_timelock;
        world.approve_by_enough(0);
        let proposal = &world.proposals[0];
        assert_eq!((proposal.approvals.len(), proposal.eta), (approvals, START + delay), "{kind:?}");
        assert_eq!(proposal.expires_at, proposal.eta + 14 * DAY);
        assert_eq!(world.program.slot.is_some(), kind != Kind::Config);
    }
}

#[test]
fn numbers_at_their_end_are_refused() {
    for kind in [Kind::Upgrade, Kind::Config] {
        let mut world = World::approved(kind);
        world.now = world.proposals[0].eta;
        world.program.version = u64::MAX;
        world.config.config_seq = u64::MAX;
        world.proposals[0].config_seq = u64::MAX;
        world.proposals[0].base_version = if kind == Kind::Upgrade { u64::MAX } else { 0 };
        assert_eq!(world.execute(0), Err(RuleError::Overflow));
    }
}
