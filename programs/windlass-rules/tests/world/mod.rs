//! Windlass as the rules tell it: one multisig, one program, as many proposals as are made. Each step changes what the
//! program changes in its accounts, and nothing where it is refused.
#![allow(dead_code)] // each file of tests uses a part

use windlass_rules::approve::{approve, Approval, Approved};
use windlass_rules::cancel::cancel;
use windlass_rules::code::{check_chunk, next_chunk, CHUNK_LEN};
use windlass_rules::config::{Config, Member};
use windlass_rules::config_change::change_config;
use windlass_rules::execute::{execute, Execution};
use windlass_rules::expire::expire;
use windlass_rules::migration::Migration;
use windlass_rules::pause::{pause, resume, Pause};
use windlass_rules::program::{Kept, Program};
use windlass_rules::proposal::{Kind, Proposal};
use windlass_rules::propose::{propose, Request};
use windlass_rules::reclaim::retire;
use windlass_rules::revoke::revoke;
use windlass_rules::rollback::{keep, roll_back, Undone};
use windlass_rules::transfer::transfer;
use windlass_rules::transitions::{next, Action, Status};
use windlass_rules::{roles, Key, RuleError};

pub const DIGEST: [u8; 32] = [7; 32];
pub const CODE: [u8; 32] = [8; 32];
pub const BUFFER_LEN: u32 = 2 * CHUNK_LEN + 5;
pub const START: i64 = 1_750_000_000;
pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 24 * HOUR;

pub fn key(number: u8) -> Key {
    [number; 32]
}

/// Where the proposal with this place among the world's lies.
pub fn address(place: usize) -> Key {
    [200 + u8::try_from(place).unwrap(); 32]
}

/// The buffer in which the code before an upgrade is kept.
pub fn copy_for(place: usize) -> Key {
    [100 + u8::try_from(place).unwrap(); 32]
}

/// Five approvers; 1 and 2 propose, 4 and 5 guard.
pub fn config() -> Config {
    let member = |number: u8| Member {
        key: key(number),
        roles: match number {
            1 | 2 => roles::PROPOSE | roles::APPROVE,
            4 | 5 => roles::GUARD | roles::APPROVE,
            _ => roles::APPROVE,
        },
    };
    Config {
        members: (1..=5).map(member).collect(),
        threshold: 3,
        cancel_threshold: 3,
        emergency_threshold: 4,
        timelock: 2 * DAY,
        rollback_delay: HOUR,
        grace_period: 14 * DAY,
        voting_period: 3 * DAY,
        config_seq: 4,
        pause: Pause::default(),
    }
}

pub fn program() -> Program {
    Program {
        version: 6,
        timelock: 0,
        slot: None,
        rollback_slot: None,
        kept: None,
        last_upgrade: None,
        last_upgrade_at: 0,
        migration_open: false,
        released: false,
    }
}

/// As it is right after propose.
pub fn proposed(kind: Kind) -> Proposal {
    let (buffer_len, code_digest) = if kind.has_code() { (BUFFER_LEN, CODE) } else { (0, [0; 32]) };
    let verified_len = if kind == Kind::Upgrade { 0 } else { buffer_len };
    Proposal {
        address: address(0),
        kind,
        proposer: key(1),
        status: Status::Proposed,
        digest: DIGEST,
        base_version: if kind.has_program() { 6 } else { 0 },
        config_seq: 4,
        buffer_len,
        verified_len,
        verified_digest: if verified_len == buffer_len { code_digest } else { [0; 32] },
        code_digest,
        created_at: START,
        approved_at: 0,
        eta: 0,
        pause_mark: 0,
        no_rollback: kind == Kind::Upgrade,
        kept_version: None,
        expires_at: START + 3 * DAY,
        closed_at: 0,
        approvals: Vec::new(),
        cancel_votes: Vec::new(),
    }
}

/// A proposal that can be approved.
pub fn verified(kind: Kind) -> Proposal {
    let proposal = proposed(kind);
    Proposal { verified_len: proposal.buffer_len, verified_digest: proposal.code_digest, ..proposal }
}

pub fn approval(member: u8, now: i64) -> Approval {
    Approval { member: key(member), digest: DIGEST, now, durable_nonce: false, nested: false, on_curve: true }
}

#[derive(Clone, Debug, PartialEq)]
pub struct World {
    pub config: Config,
    pub program: Program,
    pub migration: Option<Migration>,
    /// Accounts that a rollback may leave behind.
    pub may_strand: u64,
    pub proposals: Vec<Proposal>,
    pub open_by: [u8; 8],
    pub now: i64,
}

impl World {
    pub fn new() -> Self {
        Self {
            config: config(),
            program: program(),
            migration: None,
            may_strand: 0,
            proposals: Vec::new(),
            open_by: [0; 8],
            now: START,
        }
    }

    pub fn with(proposal: Proposal) -> Self {
        let mut world = Self::new();
        world.open_by[1] = 1;
        world.proposals.push(proposal);
        world
    }

    /// One proposal, approved by as many as it takes.
    pub fn approved(kind: Kind) -> Self {
        let mut world = Self::with(verified(kind));
        world.approve_by_enough(0);
        world
    }

    pub fn approve_by_enough(&mut self, place: usize) {
        for member in 1..=self.config.threshold_of(self.proposals[place].kind) {
            self.approve(place, &approval(member, self.now)).unwrap();
        }
    }

    /// An upgrade with a kept copy was executed, and can be rolled back.
    pub fn upgraded() -> Self {
        let mut world = Self::with(Proposal { no_rollback: false, ..verified(Kind::Upgrade) });
        world.approve_by_enough(0);
        world.keep(0).unwrap();
        world.now = world.proposals[0].eta;
        world.execute(0).unwrap();
        world
    }

    /// The approved rollback of that, the second proposal.
    pub fn rollback_approved() -> Self {
        let mut world = Self::upgraded();
        world.propose(Kind::Rollback, 1, false).unwrap();
        world.approve_by_enough(1);
        world
    }

    fn program_of(&self, place: usize) -> Option<&Program> {
        self.proposals[place].kind.has_program().then_some(&self.program)
    }

    pub fn propose(&mut self, kind: Kind, member: u8, no_rollback: bool) -> Result<usize, RuleError> {
        let open_proposals = self.open_by[usize::from(member)];
        let request = Request { kind, proposer: key(member), open_proposals, now: self.now };
        let made = propose(&self.config, kind.has_program().then_some(&self.program), &request)?;
        let place = self.proposals.len();
        self.proposals.push(Proposal {
            address: address(place),
            proposer: key(member),
            base_version: if kind.has_program() { self.program.version } else { 0 },
            config_seq: self.config.config_seq,
            created_at: self.now,
            expires_at: made.expires_at,
            status: made.status,
            no_rollback: kind == Kind::Upgrade && no_rollback,
            ..proposed(kind)
        });
        self.open_by[usize::from(member)] = made.open_proposals;
        Ok(place)
    }

    pub fn verify(&mut self, place: usize) -> Result<(), RuleError> {
        let proposal = &mut self.proposals[place];
        let chunk = next_chunk(proposal)?;
        let digest = if chunk.end == BUFFER_LEN { CODE } else { [9; 32] };
        check_chunk(proposal, chunk.end, &digest)?;
        (proposal.verified_len, proposal.verified_digest) = (chunk.end, digest);
        Ok(())
    }

    pub fn approve(&mut self, place: usize, vote: &Approval) -> Result<Approved, RuleError> {
        let approved = approve(&self.config, self.program_of(place), &self.proposals[place], vote)?;
        let proposal = &mut self.proposals[place];
        proposal.approvals.push(vote.member);
        proposal.status = approved.status;
        (proposal.eta, proposal.expires_at) = (approved.eta, approved.expires_at);
        proposal.pause_mark = approved.pause_mark;
        if approved.crosses {
            proposal.approved_at = vote.now;
            match proposal.kind {
                Kind::Upgrade | Kind::Transfer => self.program.slot = Some(proposal.address),
                Kind::Rollback => {
                    self.program.rollback_slot = Some(proposal.address);
                    self.migration = self.migration.map(|migration| migration.revert().unwrap());
                }
                Kind::Config => {}
            }
        }
        Ok(approved)
    }

    pub fn revoke(&mut self, place: usize, member: u8) -> Result<(), RuleError> {
        let revoked = revoke(&self.config, &self.proposals[place], &key(member))?;
        let proposal = &mut self.proposals[place];
        proposal.approvals.retain(|approver| *approver != key(member));
        (proposal.status, proposal.expires_at) = (revoked.status, revoked.expires_at);
        if revoked.falls {
            (proposal.approved_at, proposal.eta, proposal.pause_mark) = (0, 0, 0);
            self.free(place);
        }
        Ok(())
    }

    pub fn cancel(&mut self, place: usize, member: u8) -> Result<(), RuleError> {
        let vote = cancel(&self.config, &self.proposals[place], &key(member))?;
        if !vote.withdrawn {
            self.proposals[place].cancel_votes.push(key(member));
        }
        self.end(place, vote.status);
        Ok(())
    }

    pub fn expire(&mut self, place: usize) -> Result<(), RuleError> {
        let status = expire(&self.config, self.program_of(place), &self.proposals[place], self.now)?;
        self.end(place, status);
        Ok(())
    }

    pub fn keep(&mut self, place: usize) -> Result<(), RuleError> {
        keep(&self.config, &self.program, &self.proposals[place])?;
        self.proposals[place].kept_version = Some(self.program.version);
        Ok(())
    }

    pub fn retire(&mut self, place: usize) -> Result<(), RuleError> {
        retire(&self.program, &self.proposals[place], &copy_for(place), self.now)?;
        self.proposals[place].kept_version = None;
        if self.program.kept.is_some_and(|kept| kept.buffer == copy_for(place)) {
            self.program.kept = None;
        }
        Ok(())
    }

    fn execution(&self, place: usize) -> Execution {
        let buffer_len = self.proposals[place].buffer_len;
        Execution { now: self.now, durable_nonce: false, buffer_len }
    }

    /// Execute it, whatever it is about.
    pub fn execute(&mut self, place: usize) -> Result<(), RuleError> {
        match self.proposals[place].kind {
            Kind::Upgrade => self.upgrade(place),
            Kind::Rollback => self.roll_back(place),
            Kind::Config => self.change_config(place),
            Kind::Transfer => self.transfer(place),
        }
    }

    fn upgrade(&mut self, place: usize) -> Result<(), RuleError> {
        let proposal = &self.proposals[place];
        let executed = execute(&self.config, &self.program, proposal, &self.execution(place))?;
        let kept = proposal.kept_version.map(|version| Kept { buffer: copy_for(place), version });
        self.program.version = executed.version;
        (self.program.last_upgrade, self.program.last_upgrade_at) = (Some(address(place)), self.now);
        (self.program.kept, self.program.rollback_slot) = (kept, None);
        self.migration = None;
        self.end(place, executed.status);
        Ok(())
    }

    fn roll_back(&mut self, place: usize) -> Result<(), RuleError> {
        let last = self.proposals.iter().position(|other| Some(other.address) == self.program.last_upgrade);
        let upgrade = last.ok_or(RuleError::NothingToRollBack)?;
        let undone = Undone {
            proposal: address(upgrade),
            status: self.proposals[upgrade].status,
            may_strand: self.may_strand,
        };
        let rolled_back = roll_back(
            &self.config,
            &self.program,
            &self.proposals[place],
            &undone,
            self.migration.as_ref(),
            &self.execution(place),
        )?;
        self.program.version = rolled_back.executed.version;
        (self.program.kept, self.program.last_upgrade) = (None, None);
        (self.program.migration_open, self.migration) = (false, None);
        self.proposals[upgrade].status = rolled_back.upgrade_status;
        self.proposals[upgrade].kept_version = None;
        self.end(place, rolled_back.executed.status);
        Ok(())
    }

    /// The members stay, and everything has to be proposed again.
    fn change_config(&mut self, place: usize) -> Result<(), RuleError> {
        let execution = self.execution(place);
        let changed = change_config(&self.config, &self.config, &self.proposals[place], &execution)?;
        self.end(place, changed.status);
        self.config.config_seq = changed.config_seq;
        self.open_by = [0; 8];
        Ok(())
    }

    fn transfer(&mut self, place: usize) -> Result<(), RuleError> {
        let status = transfer(&self.config, &self.program, &self.proposals[place], &self.execution(place))?;
        self.end(place, status);
        (self.program.released, self.program.rollback_slot) = (true, None);
        Ok(())
    }

    /// Its migration begins, for which it needs a plan.
    pub fn start_migration(&mut self, place: usize) -> Result<(), RuleError> {
        if self.program.last_upgrade != Some(address(place)) || self.program.rollback_slot.is_some() {
            return Err(RuleError::InvalidState);
        }
        self.proposals[place].status = next(Some(self.proposals[place].status), Action::StartMigration)?;
        self.program.migration_open = true;
        self.migration = Some(Migration::new(self.program.version));
        Ok(())
    }

    pub fn pause(&mut self, guard: u8, seconds: i64) -> Result<(), RuleError> {
        self.config.pause = pause(&self.config, &key(guard), seconds, self.now)?;
        Ok(())
    }

    pub fn resume(&mut self, signer: u8) -> Result<(), RuleError> {
        self.config.pause = resume(&self.config.pause, &key(signer), self.now)?;
        Ok(())
    }

    fn end(&mut self, place: usize, status: Status) {
        self.proposals[place].status = status;
        if !status.is_open() {
            self.proposals[place].closed_at = self.now;
            self.free(place);
            if self.proposals[place].config_seq == self.config.config_seq {
                self.open_by[usize::from(self.proposals[place].proposer[0])] -= 1;
            }
        }
    }

    fn free(&mut self, place: usize) {
        if self.program.rollback_slot == Some(address(place)) {
            self.migration = self.migration.map(Migration::resume);
            self.program.rollback_slot = None;
        }
        if self.program.slot == Some(address(place)) {
            self.program.slot = None;
        }
    }
}
