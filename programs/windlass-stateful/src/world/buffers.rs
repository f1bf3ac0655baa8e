//! Buffers: verified, given back, and kept copies that are retired.

use anchor_lang::prelude::Pubkey;
use windlass::errors::WindlassError;
use windlass_rules::code::{check_chunk, next_chunk};
use windlass_rules::loader::BUFFER_HEADER;
use windlass_rules::reclaim::{reclaim, retire};

use super::{rent, Setting, World};
use crate::actors::Actor;
use crate::code::{chained, Code};
use crate::refusal::{require, Answer};
use crate::step::Given;

/// Lamports in a buffer with this code.
pub fn buffer_rent(setting: &Setting, code: Code) -> u64 {
    rent(BUFFER_HEADER + setting.codes.bytes(code).len())
}

impl World {
    /// Bytes of the program in a buffer that must be under `authority`.
    pub(super) fn buffer_len(&self, setting: &Setting, buffer: usize, authority: &Pubkey) -> Answer<u32> {
        let buffer = self.buffers.get(&buffer).ok_or(WindlassError::BufferInvalid)?;
        require(buffer.authority == *authority, WindlassError::BufferAuthorityMismatch)?;
        Ok(u32::try_from(setting.codes.bytes(buffer.code).len()).expect("a megabyte at most"))
    }

    /// Under the upgrade authority of the proposal's program.
    pub(super) fn locked_len(&self, setting: &Setting, id: u64) -> Answer<u32> {
        let motion = self.held_motion(id);
        let program = motion.program.expect("what has a buffer has a program");
        let buffer = motion.buffer.expect("asked for proposals with a buffer only");
        self.buffer_len(setting, buffer, &setting.places.programs[program].upgrade_authority.address)
    }

    pub(super) fn verify(&mut self, setting: &Setting, id: u64) -> Answer<()> {
        let motion = self.held_motion(id);
        let chunk = next_chunk(&motion.rules)?;
        let len = self.locked_len(setting, id)?;
        require(len == motion.rules.buffer_len, WindlassError::BufferLengthMismatch)?;
        let buffer = motion.buffer.and_then(|buffer| self.buffers.get(&buffer)).expect("it has a length");
        let digest = chained(&setting.codes.bytes(buffer.code), chunk.end as usize);
        check_chunk(&motion.rules, chunk.end, &digest)?;
        let motion = self.motion_mut(id);
        (motion.rules.verified_len, motion.rules.verified_digest) = (chunk.end, digest);
        Ok(())
    }

    pub(super) fn reclaim(&mut self, setting: &Setting, id: u64, recipient: Given) -> Answer<()> {
        let motion = self.held_motion(id);
        let payer = motion.payer;
        require(Self::passed(recipient, payer) == payer, WindlassError::SpillMismatch)?;
        reclaim(&motion.rules, motion.reclaimed)?;
        self.locked_len(setting, id)?;
        let buffer = motion.buffer.expect("it has a length");
        self.motion_mut(id).reclaimed = true;
        self.close_buffer(setting, buffer, payer);
        Ok(())
    }

    pub(super) fn retire(&mut self, setting: &Setting, id: u64, recipient: Given) -> Answer<()> {
        let motion = self.held_motion(id);
        let program = motion.program.expect("sent for proposals about programs");
        let kept = motion.kept.ok_or(WindlassError::NothingToRollBack)?;
        require(Self::passed(recipient, kept.payer) == kept.payer, WindlassError::SpillMismatch)?;
        let key = setting.places.buffers[kept.buffer].to_bytes();
        retire(&self.state(program).rules, &motion.rules, &key, self.now)?;
        let motion = self.motion_mut(id);
        (motion.kept, motion.rules.kept_version) = (None, None);
        let state = self.state_mut(program);
        if state.kept.is_some_and(|current| current.buffer == kept.buffer) {
            (state.kept, state.rules.kept) = (None, None);
        }
        self.close_buffer(setting, kept.buffer, kept.payer);
        Ok(())
    }

    /// Its lamports go to `recipient`.
    pub(super) fn close_buffer(&mut self, setting: &Setting, buffer: usize, recipient: Actor) {
        let closed = self.buffers.remove(&buffer).expect("it was there until now");
        self.refund(recipient, buffer_rent(setting, closed.code));
    }
}
