//! Executing upgrades, configs and transfers.

use solana_instruction_error::InstructionError;
use windlass::errors::WindlassError;
use windlass_rules::config_change::change_config;
use windlass_rules::execute::Execution;
use windlass_rules::program::Kept;
use windlass_rules::transfer::transfer;

use super::registering::config_of;
use super::{Setting, World};
use crate::code::Release;
use crate::refusal::{require, Answer};
use crate::step::Given;

impl World {
    pub(super) fn execute_upgrade(
        &mut self,
        setting: &Setting,
        id: u64,
        spill: Given,
        durable_nonce: bool,
    ) -> Answer<()> {
        let motion = self.held_motion(id);
        let program = motion.program.expect("what has a buffer has a program");
        let (payer, buffer) = (motion.payer, motion.buffer.expect("sent for proposals with a buffer"));
        require(Self::passed(spill, payer) == payer, WindlassError::SpillMismatch)?;
        let execution = Execution { now: self.now, durable_nonce, buffer_len: self.locked_len(setting, id)? };
        let state = self.state(program);
        let executed =
            (setting.rules.execute)(&self.council().config, &state.rules, &motion.rules, &execution)?;
        let code = self.buffers[&buffer].code;
        require(
            setting.codes.bytes(code).len() <= setting.codes.room(),
            InstructionError::AccountDataTooSmall,
        )?;
        require(code.release != Release::NoElf, InstructionError::InvalidAccountData)?;

        let now = self.now;
        let motion = self.motion_mut(id);
        (motion.rules.status, motion.rules.closed_at) = (executed.status, now);
        let (address, kept) = (motion.rules.address, motion.kept);
        let (code_digest, code_len) = (motion.rules.code_digest, motion.rules.buffer_len);
        let state = self.state_mut(program);
        state.rules.version = executed.version;
        (state.code_digest, state.code_len) = (code_digest, code_len);
        (state.rules.last_upgrade, state.rules.last_upgrade_at) = (Some(address), now);
        state.kept = kept;
        state.rules.kept = kept.map(|kept| Kept {
            buffer: setting.places.buffers[kept.buffer].to_bytes(),
            version: kept.version,
        });
        (state.rules.slot, state.rules.rollback_slot, state.migration) = (None, None, None);
        self.programs[program].running = code;
        self.close(id);
        self.close_buffer(setting, buffer, payer);
        Ok(())
    }

    pub(super) fn execute_config(&mut self, setting: &Setting, id: u64, durable_nonce: bool) -> Answer<()> {
        let motion = self.held_motion(id);
        let params = motion.new_config.as_ref().ok_or(WindlassError::InvalidState)?;
        let config = &self.council().config;
        let new = config_of(setting.places, params, config.config_seq, config.pause);
        let execution = Execution { now: self.now, durable_nonce, buffer_len: 0 };
        let changed = change_config(config, &new, &motion.rules, &execution)?;
        let now = self.now;
        let motion = self.motion_mut(id);
        (motion.rules.status, motion.rules.closed_at) = (changed.status, now);
        let council = self.council_mut();
        council.open = vec![0; new.members.len()];
        council.config = new;
        council.config.config_seq = changed.config_seq;
        Ok(())
    }

    pub(super) fn execute_transfer(
        &mut self,
        setting: &Setting,
        id: u64,
        new_authority: Given,
        durable_nonce: bool,
    ) -> Answer<()> {
        let motion = self.held_motion(id);
        let program = motion.program.expect("sent for proposals about programs");
        let named = motion.new_authority.ok_or(WindlassError::NewAuthorityInvalid)?;
        require(Self::passed(new_authority, named) == named, WindlassError::NewAuthorityInvalid)?;
        let execution = Execution { now: self.now, durable_nonce, buffer_len: 0 };
        let state = self.state(program);
        let status = transfer(&self.council().config, &state.rules, &motion.rules, &execution)?;
        let now = self.now;
        let motion = self.motion_mut(id);
        (motion.rules.status, motion.rules.closed_at) = (status, now);
        let rules = &mut self.state_mut(program).rules;
        (rules.released, rules.slot, rules.rollback_slot) = (true, None, None);
        self.programs[program].authority = setting.places.actors[named];
        self.close(id);
        Ok(())
    }
}
