//! Proposals lived through at random: whatever is tried, in whatever order, the invariant holds and a refusal changes
//! nothing. Then the single rules, each at its edge.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

use proptest::prelude::*;
use windlass_rules::approve::{approve, Approval, Approved};
use windlass_rules::cancel::cancel;
use windlass_rules::code::{check_chunk, next_chunk, CHUNK_LEN};
use windlass_rules::config::{Config, Member};
use windlass_rules::execute::{execute, Execution};
use windlass_rules::program::Program;
use windlass_rules::proposal::Proposal;
use windlass_rules::propose::{propose, Request};
use windlass_rules::transitions::Status;
use windlass_rules::{roles, Key, RuleError};

const ADDRESS: Key = [200; 32];
const DIGEST: [u8; 32] = [7; 32];
const CODE: [u8; 32] = [8; 32];
const BUFFER_LEN: u32 = 2 * CHUNK_LEN + 5;
const START: i64 = 1_750_000_000;
const DAY: i64 = 86_400;

fn key(number: u8) -> Key {
    [number; 32]
}

fn config() -> Config {
    let member = |number: u8| Member {
        key: key(number),
        roles: if number == 1 { roles::PROPOSE | roles::APPROVE } else { roles::APPROVE },
    };
    Config {
        members: (1..=5).map(member).collect(),
        threshold: 3,
        cancel_threshold: 3,
        emergency_threshold: 4,
        timelock: 2 * DAY,
        rollback_delay: 3_600,
        grace_period: 14 * DAY,
        voting_period: 3 * DAY,
        config_seq: 4,
    }
}

fn program() -> Program {
    Program { version: 6, timelock: 0, slot: None, released: false }
}

/// As it is right after propose.
fn proposed() -> Proposal {
    Proposal {
        address: ADDRESS,
        proposer: key(1),
        status: Status::Proposed,
        digest: DIGEST,
        base_version: 6,
        config_seq: 4,
        buffer_len: BUFFER_LEN,
        verified_len: 0,
        verified_digest: [0; 32],
        code_digest: CODE,
        created_at: START,
        approved_at: 0,
        eta: 0,
        expires_at: START + 3 * DAY,
        closed_at: 0,
        approvals: Vec::new(),
        cancel_votes: Vec::new(),
    }
}

fn verified() -> Proposal {
    Proposal { verified_len: BUFFER_LEN, verified_digest: CODE, ..proposed() }
}

fn approval(member: u8, now: i64) -> Approval {
    Approval { member: key(member), digest: DIGEST, now, durable_nonce: false, nested: false, on_curve: true }
}

/// One governed program with one proposal, changed as the program changes its accounts.
#[derive(Clone, Debug, PartialEq)]
struct World {
    config: Config,
    program: Program,
    proposal: Proposal,
    now: i64,
}

impl World {
    fn new(proposal: Proposal) -> Self {
        World { config: config(), program: program(), proposal, now: START }
    }

    fn verify(&mut self) -> Result<(), RuleError> {
        let chunk = next_chunk(&self.proposal)?;
        let digest = if chunk.end == BUFFER_LEN { CODE } else { [9; 32] };
        check_chunk(&self.proposal, chunk.end, &digest)?;
        (self.proposal.verified_len, self.proposal.verified_digest) = (chunk.end, digest);
        Ok(())
    }

    fn approve(&mut self, approval: &Approval) -> Result<Approved, RuleError> {
        let approved = approve(&self.config, &self.program, &self.proposal, approval)?;
        self.proposal.approvals.push(approval.member);
        self.proposal.status = approved.status;
        (self.proposal.eta, self.proposal.expires_at) = (approved.eta, approved.expires_at);
        if approved.crosses {
            self.proposal.approved_at = approval.now;
            self.program.slot = Some(ADDRESS);
        }
        Ok(approved)
    }

    fn cancel(&mut self, member: u8) -> Result<(), RuleError> {
        let vote = cancel(&self.config, &self.proposal, &key(member))?;
        if !vote.withdrawn {
            self.proposal.cancel_votes.push(key(member));
        }
        self.proposal.status = vote.status;
        self.close_if_closed();
        Ok(())
    }

    fn execute(&mut self) -> Result<(), RuleError> {
        let execution = Execution { now: self.now, durable_nonce: false, buffer_len: BUFFER_LEN };
        let executed = execute(&self.config, &self.program, &self.proposal, &execution)?;
        self.program.version = executed.version;
        self.proposal.status = executed.status;
        self.close_if_closed();
        Ok(())
    }

    fn close_if_closed(&mut self) {
        if self.proposal.status.is_closed() {
            self.proposal.closed_at = self.now;
            self.program.slot = None;
        }
    }

    fn approved() -> Self {
        let mut world = World::new(verified());
        for member in 1..=3 {
            world.approve(&approval(member, START)).unwrap();
        }
        world
    }
}

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
