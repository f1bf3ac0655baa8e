//! A 3-of-5 multisig, a governed program and a proposal, changed as the program changes its accounts.
#![allow(dead_code)] // each test uses its part

use windlass_rules::approve::{approve, Approval, Approved};
use windlass_rules::cancel::cancel;
use windlass_rules::code::{check_chunk, next_chunk, CHUNK_LEN};
use windlass_rules::config::{Config, Member};
use windlass_rules::execute::{execute, Execution};
use windlass_rules::program::Program;
use windlass_rules::proposal::Proposal;
use windlass_rules::transitions::Status;
use windlass_rules::{roles, Key, RuleError};

pub const ADDRESS: Key = [200; 32];
pub const DIGEST: [u8; 32] = [7; 32];
pub const CODE: [u8; 32] = [8; 32];
pub const BUFFER_LEN: u32 = 2 * CHUNK_LEN + 5;
pub const START: i64 = 1_750_000_000;
pub const DAY: i64 = 86_400;

pub fn key(number: u8) -> Key {
    [number; 32]
}

pub fn config() -> Config {
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

pub fn program() -> Program {
    Program { version: 6, timelock: 0, slot: None, released: false }
}

/// As it is right after propose.
pub fn proposed() -> Proposal {
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

pub fn verified() -> Proposal {
    Proposal { verified_len: BUFFER_LEN, verified_digest: CODE, ..proposed() }
}

pub fn approval(member: u8, now: i64) -> Approval {
    Approval { member: key(member), digest: DIGEST, now, durable_nonce: false, nested: false, on_curve: true }
}

/// One governed program with one proposal, changed as the program changes its accounts.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    pub config: Config,
    pub program: Program,
    pub proposal: Proposal,
    pub now: i64,
}

impl World {
    pub fn new(proposal: Proposal) -> Self {
        World { config: config(), program: program(), proposal, now: START }
    }

    pub fn verify(&mut self) -> Result<(), RuleError> {
        let chunk = next_chunk(&self.proposal)?;
        let digest = if chunk.end == BUFFER_LEN { CODE } else { [9; 32] };
        check_chunk(&self.proposal, chunk.end, &digest)?;
        (self.proposal.verified_len, self.proposal.verified_digest) = (chunk.end, digest);
        Ok(())
    }

    pub fn approve(&mut self, approval: &Approval) -> Result<Approved, RuleError> {
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

    pub fn cancel(&mut self, member: u8) -> Result<(), RuleError> {
        let vote = cancel(&self.config, &self.proposal, &key(member))?;
        if !vote.withdrawn {
            self.proposal.cancel_votes.push(key(member));
        }
        self.proposal.status = vote.status;
        self.close_if_closed();
        Ok(())
    }

    pub fn execute(&mut self) -> Result<(), RuleError> {
        let execution = Execution { now: self.now, durable_nonce: false, buffer_len: BUFFER_LEN };
        let executed = execute(&self.config, &self.program, &self.proposal, &execution)?;
        self.program.version = executed.version;
        self.proposal.status = executed.status;
        self.close_if_closed();
        Ok(())
    }

    pub fn close_if_closed(&mut self) {
        if self.proposal.status.is_closed() {
            self.proposal.closed_at = self.now;
            self.program.slot = None;
        }
    }

    pub fn approved() -> Self {
        let mut world = World::new(verified());
        for member in 1..=3 {
            world.approve(&approval(member, START)).unwrap();
        }
        world
    }
}
