//! Executing proposals, and the copies that are kept for going back.

use anchor_lang::solana_program::instruction::Instruction;
use solana_sdk_ids::{bpf_loader_upgradeable, sysvar};
use windlass::{accounts, instruction};

use super::{made, Sending};
use crate::step::Call;

impl Sending<'_> {
    pub(super) fn executing(&self, call: &Call) -> Option<Instruction> {
        let places = self.setting.places;
        let (multisig, event_authority, program) = (self.multisig, self.event, windlass::ID);
        let loader = bpf_loader_upgradeable::ID;
        let instructions = sysvar::instructions::ID;
        let rent = sysvar::rent::ID;
        let clock = sysvar::clock::ID;
        Some(match call {
            Call::ExecuteUpgrade { id, executor, spill } => {
                let motion = self.motion(*id);
                let of_program = &places.programs[self.program_of(motion)];
                let accounts = accounts::ExecuteUpgrade {
                    multisig,
                    program_state: of_program.state.address,
                    proposal: self.proposal(*id),
                    governed_program: of_program.program,
                    program_data: of_program.data,
                    buffer: self.buffer(motion),
                    spill: self.passed(*spill, motion.payer),
                    upgrade_authority: of_program.upgrade_authority.address,
                    executor: self.actor(*executor),
                    instructions,
                    rent,
                    clock,
                    loader,
                    event_authority,
                    program,
                };
                made(accounts, instruction::ExecuteUpgrade {})
            }
            Call::ExecuteConfig { id, executor } => {
                let accounts = accounts::ExecuteConfig {
                    multisig,
                    proposal: self.proposal(*id),
                    executor: self.actor(*executor),
                    instructions,
                    event_authority,
                    program,
                };
                made(accounts, instruction::ExecuteConfig {})
            }
            Call::ExecuteTransfer { id, executor, new_authority } => {
                let motion = self.motion(*id);
                let of_program = &places.programs[self.program_of(motion)];
                let accounts = accounts::ExecuteTransfer {
                    multisig,
                    program_state: of_program.state.address,
                    proposal: self.proposal(*id),
                    governed_program: of_program.program,
                    program_data: of_program.data,
                    upgrade_authority: of_program.upgrade_authority.address,
                    new_authority: self.passed(*new_authority, motion.new_authority.unwrap_or(0)),
                    executor: self.actor(*executor),
                    instructions,
                    loader,
                    event_authority,
                    program,
                };
                made(accounts, instruction::ExecuteTransfer {})
            }
            Call::KeepRollbackBuffer { id, buffer, authority } => {
                let of_program = &places.programs[self.program_of(self.motion(*id))];
                let accounts = accounts::KeepRollbackBuffer {
                    multisig,
                    program_state: of_program.state.address,
                    proposal: self.proposal(*id),
                    governed_program: of_program.program,
                    program_data: of_program.data,
                    buffer: places.buffers[*buffer],
                    upgrade_authority: of_program.upgrade_authority.address,
                    authority: self.actor(*authority),
                    loader,
                    event_authority,
                    program,
                };
                made(accounts, instruction::KeepRollbackBuffer {})
            }
            Call::RollbackUpgrade { id, executor, spill, tracker } => {
                let motion = self.motion(*id);
                let governed = self.program_of(motion);
                let of_program = &places.programs[governed];
                let kept = self.world.programs[governed].state.as_ref().and_then(|state| state.kept);
                let payer = kept.map_or(motion.payer, |kept| kept.payer);
                let accounts = accounts::RollbackUpgrade {
                    multisig,
                    program_state: of_program.state.address,
                    proposal: self.proposal(*id),
                    upgrade_proposal: self.proposal(motion.rolls_back.expect("sent for rollbacks only")),
                    governed_program: of_program.program,
                    program_data: of_program.data,
                    buffer: self.buffer(motion),
                    spill: self.passed(*spill, payer),
                    upgrade_authority: of_program.upgrade_authority.address,
                    executor: self.actor(*executor),
                    instructions,
                    rent,
                    clock,
                    loader,
                    tracker: self.tracker_if(*id, *tracker),
                    event_authority,
                    program,
                };
                made(accounts, instruction::RollbackUpgrade {})
            }
            Call::RetireRollback { id, recipient } => {
                let motion = self.motion(*id);
                let of_program = &places.programs[self.program_of(motion)];
                let (buffer, payer) = motion.kept.map_or((0, 0), |kept| (kept.buffer, kept.payer));
                let accounts = accounts::RetireRollback {
                    multisig,
                    program_state: of_program.state.address,
                    proposal: self.proposal(*id),
                    buffer: places.buffers[buffer],
                    recipient: self.passed(*recipient, payer),
                    upgrade_authority: of_program.upgrade_authority.address,
                    loader,
                    event_authority,
                    program,
                };
                made(accounts, instruction::RetireRollback {})
            }
            _ => return None,
        })
    }
}
