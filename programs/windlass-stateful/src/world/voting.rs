//! Approving, taking back, voting to cancel, and what expires.

use windlass::errors::WindlassError;
use windlass_rules::approve::Approval;
use windlass_rules::expire::expire;
use windlass_rules::program::Program;
use windlass_rules::proposal::Kind;
use windlass_rules::transitions::Status;

use super::{Setting, World};
use crate::actors::{Actor, VAULT};
use crate::refusal::{require, Answer};
use crate::step::{Given, Transaction};

pub struct Vote {
    pub member: Actor,
    /// Is the program's state passed, where there is a program?
    pub state: bool,
    pub tracker: Given,
}

impl World {
    pub(super) fn approve(
        &mut self,
        setting: &Setting,
        id: u64,
        vote: &Vote,
        reads: bool,
        transaction: &Transaction,
    ) -> Answer<()> {
        let motion = self.held_motion(id);
        let member = setting.places.actors[vote.member].to_bytes();
        let approval = Approval {
            member,
            digest: if reads { motion.rules.digest } else { [6; 32] },
            now: self.now,
            durable_nonce: transaction.durable_nonce,
            nested: transaction.nested || vote.member == VAULT,
            on_curve: vote.member != VAULT,
        };
        let program = self.program_passed(id, vote.state);
        let config = &self.council().config;
        let approved = (setting.rules.approve)(config, program.as_ref(), &motion.rules, &approval)?;

        let (kind, address, program) = (motion.rules.kind, motion.rules.address, motion.program);
        let now = self.now;
        let motion = self.motion_mut(id);
        motion.rules.approvals.push(member);
        motion.approved_at.push(now);
        motion.rules.status = approved.status;
        motion.rules.eta = approved.eta;
        motion.rules.pause_mark = approved.pause_mark;
        motion.rules.expires_at = approved.expires_at;
        if !approved.crosses {
            return Ok(());
        }
        motion.rules.approved_at = now;
        match (kind, program) {
            (Kind::Rollback, Some(program)) => {
                if let Some(tracker) = self.running_tracker(program, vote.tracker)? {
                    let tracker = self.trackers.get_mut(&tracker).expect("it was started");
                    tracker.rules = tracker.rules.revert()?;
                }
                self.state_mut(program).rules.rollback_slot = Some(address);
            }
            (Kind::Upgrade | Kind::Transfer, Some(program)) => {
                self.state_mut(program).rules.slot = Some(address);
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn revoke(&mut self, setting: &Setting, id: u64, vote: &Vote) -> Answer<()> {
        let motion = self.held_motion(id);
        let member = setting.places.actors[vote.member].to_bytes();
        let program = self.program_passed(id, vote.state);
        require(program.is_some() == motion.rules.kind.has_program(), WindlassError::ProgramMismatch)?;
        let revoked = (setting.rules.revoke)(&self.council().config, &motion.rules, &member)?;

        let motion = self.motion_mut(id);
        let place = motion.rules.approvals.iter().position(|approver| *approver == member);
        let place = place.expect("the rules say that this member approved");
        motion.rules.approvals.remove(place);
        motion.approved_at.remove(place);
        motion.rules.status = revoked.status;
        motion.rules.expires_at = revoked.expires_at;
        if revoked.falls {
            (motion.rules.approved_at, motion.rules.eta, motion.rules.pause_mark) = (0, 0, 0);
            self.free_slot(id, vote.tracker)?;
        }
        Ok(())
    }

    pub(super) fn cancel(&mut self, setting: &Setting, id: u64, vote: &Vote) -> Answer<()> {
        let motion = self.held_motion(id);
        let member = setting.places.actors[vote.member].to_bytes();
        let program = self.program_passed(id, vote.state);
        require(program.is_some() == motion.rules.kind.has_program(), WindlassError::ProgramMismatch)?;
        let cancelled = (setting.rules.cancel)(&self.council().config, &motion.rules, &member)?;

        let now = self.now;
        let motion = self.motion_mut(id);
        if !cancelled.withdrawn {
            motion.rules.cancel_votes.push(member);
            motion.cancel_voted_at.push(now);
        }
        motion.rules.status = cancelled.status;
        if cancelled.status == Status::Cancelled {
            motion.rules.closed_at = now;
            self.free_slot(id, vote.tracker)?;
            self.close(id);
        }
        Ok(())
    }

    pub(super) fn expire(&mut self, id: u64, state: bool, tracker: Given) -> Answer<()> {
        let program = self.program_passed(id, state);
        let motion = self.held_motion(id);
        let status = expire(&self.council().config, program.as_ref(), &motion.rules, self.now)?;
        let now = self.now;
        let motion = self.motion_mut(id);
        (motion.rules.status, motion.rules.closed_at) = (status, now);
        self.free_slot(id, tracker)?;
        self.close(id);
        Ok(())
    }

    fn program_passed(&self, id: u64, state: bool) -> Option<Program> {
        let program = self.held_motion(id).program.filter(|_| state)?;
        Some(self.state(program).rules)
    }

    /// The tracker's id that is passed.
    pub fn tracker_passed(&self, program: usize, given: Given) -> Option<u64> {
        let running = self.programs[program].state.as_ref().and_then(|state| state.migration);
        match given {
            Given::Right => running,
            Given::Missing => None,
            Given::Other => self.trackers.keys().copied().find(|id| Some(*id) != running),
        }
    }

    /// The running version's tracker, which must be the one that is passed.
    pub(super) fn running_tracker(&self, program: usize, given: Given) -> Answer<Option<u64>> {
        let Some(running) = self.state(program).migration else { return Ok(None) };
        let passed = self.tracker_passed(program, given).ok_or(WindlassError::AccountMissing)?;
        require(passed == running, WindlassError::TrackerMismatch)?;
        Ok(Some(running))
    }

    /// It is not approved any more, if it ever was.
    pub(super) fn free_slot(&mut self, id: u64, given: Given) -> Answer<()> {
        let motion = self.held_motion(id);
        let address = motion.rules.address;
        let Some(program) = motion.program else { return Ok(()) };
        if self.state(program).rules.rollback_slot == Some(address) {
            if let Some(tracker) = self.running_tracker(program, given)? {
                let tracker = self.trackers.get_mut(&tracker).expect("it was started");
                tracker.rules = tracker.rules.resume();
            }
            self.state_mut(program).rules.rollback_slot = None;
        }
        let state = self.state_mut(program);
        if state.rules.slot == Some(address) {
            state.rules.slot = None;
        }
        Ok(())
    }

    /// It counts against its proposer's quota no more, if it was made under this config.
    pub(super) fn close(&mut self, id: u64) {
        let rules = &self.held_motion(id).rules;
        let (proposer, config_seq) = (rules.proposer, rules.config_seq);
        let council = self.council_mut();
        if config_seq == council.config.config_seq {
            let seat = council.config.members.iter().position(|member| member.key == proposer);
            council.open[seat.expect("members change with the config only")] -= 1;
        }
    }
}
