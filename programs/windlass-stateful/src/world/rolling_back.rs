//! Keeping a copy of the running code, and going back to it.

use windlass::errors::WindlassError;
use windlass_rules::execute::Execution;
use windlass_rules::loader::is_padded;
use windlass_rules::rollback::{keep, roll_back, Undone};

use super::{KeptCopy, Setting, World};
use crate::actors::Actor;
use crate::refusal::{require, Answer};
use crate::step::{Given, Plan};

impl World {
    pub(super) fn keep(&mut self, setting: &Setting, id: u64, buffer: usize, authority: Actor) -> Answer<()> {
        let motion = self.held_motion(id);
        let program = motion.program.expect("sent for proposals about programs");
        let state = self.state(program);
        let status = keep(&self.council().config, &state.rules, &motion.rules)?;
        let len = self.buffer_len(setting, buffer, &setting.places.actors[authority])?;
        let copy = setting.codes.bytes(self.buffers[&buffer].code);
        let mut running = setting.codes.bytes(self.programs[program].running).to_vec();
        running.resize(setting.codes.room(), 0);
        let is_copy = is_padded(&running, &copy) && len >= state.code_len;
        require(is_copy, WindlassError::CopyMismatch)?;

        let kept = KeptCopy {
            buffer,
            payer: authority,
            len,
            code_digest: state.code_digest,
            version: state.rules.version,
        };
        let motion = self.motion_mut(id);
        motion.rules.status = status;
        (motion.kept, motion.rules.kept_version) = (Some(kept), Some(kept.version));
        let lock = setting.places.programs[program].upgrade_authority.address;
        self.buffers.get_mut(&buffer).expect("it has a length").authority = lock;
        Ok(())
    }

    pub(super) fn roll_back(
        &mut self,
        setting: &Setting,
        id: u64,
        spill: Given,
        tracker: Given,
        durable_nonce: bool,
    ) -> Answer<()> {
        let motion = self.held_motion(id);
        let program = motion.program.expect("what has a buffer has a program");
        let undone = motion.rolls_back.expect("sent for rollbacks only");
        let state = self.state(program);
        let kept = state.kept.ok_or(WindlassError::NothingToRollBack)?;
        require(motion.buffer == Some(kept.buffer), WindlassError::BufferMismatch)?;
        require(Self::passed(spill, kept.payer) == kept.payer, WindlassError::SpillMismatch)?;
        let execution = Execution { now: self.now, durable_nonce, buffer_len: self.locked_len(setting, id)? };
        let upgrade = self.held_motion(undone);
        let may_strand = match upgrade.plan {
            Some(Plan::Good { may_strand, .. }) => may_strand,
            _ => 0,
        };
        let undo = Undone { proposal: upgrade.rules.address, status: upgrade.rules.status, may_strand };
        let tracker = self.running_tracker(program, tracker)?;
        let migration = tracker.map(|id| self.trackers[&id].rules);
        let config = &self.council().config;
        let rolled_back =
            roll_back(config, &state.rules, &motion.rules, &undo, migration.as_ref(), &execution)?;

        let now = self.now;
        let upgrade = self.motion_mut(undone);
        upgrade.rules.status = rolled_back.upgrade_status;
        (upgrade.kept, upgrade.rules.kept_version) = (None, None);
        let motion = self.motion_mut(id);
        (motion.rules.status, motion.rules.closed_at) = (rolled_back.executed.status, now);
        let (code_digest, code_len) = (motion.rules.code_digest, motion.rules.buffer_len);
        let state = self.state_mut(program);
        state.rules.version = rolled_back.executed.version;
        (state.code_digest, state.code_len) = (code_digest, code_len);
        (state.kept, state.rules.kept, state.rules.last_upgrade) = (None, None, None);
        (state.migration, state.rules.migration_open, state.rules.rollback_slot) = (None, false, None);
        self.programs[program].running = self.buffers[&kept.buffer].code;
        self.close(id);
        self.close_buffer(setting, kept.buffer, kept.payer);
        Ok(())
    }
}
