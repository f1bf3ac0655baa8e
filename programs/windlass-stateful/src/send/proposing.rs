//! Proposals of every kind.

use anchor_lang::solana_program::instruction::Instruction;
use solana_sdk_ids::{bpf_loader_upgradeable, system_program, sysvar};
use windlass::{accounts, instruction};

use super::{made, Sending};
use crate::step::Call;
use crate::world::{params_of, plan_of};

impl Sending<'_> {
    pub(super) fn proposing(&self, call: &Call) -> Option<Instruction> {
        let places = self.setting.places;
        let (multisig, event_authority, program) = (self.multisig, self.event, windlass::ID);
        let loader = bpf_loader_upgradeable::ID;
        let system_program = system_program::ID;
        let slot_hashes = sysvar::slot_hashes::ID;
        Some(match call {
            Call::ProposeUpgrade {
                program: governed,
                buffer,
                proposer,
                payer,
                honest,
                no_rollback,
                plan,
            } => {
                let accounts = accounts::ProposeUpgrade {
                    multisig,
                    program_state: self.state(*governed),
                    proposal: self.next_proposal(),
                    buffer: places.buffers[*buffer],
                    upgrade_authority: places.programs[*governed].upgrade_authority.address,
                    proposer: self.actor(*proposer),
                    payer: self.actor(*payer),
                    slot_hashes,
                    loader,
                    system_program,
                    event_authority,
                    program,
                };
                let code = self.world.buffers.get(buffer).map(|buffer| buffer.code);
                let code_digest = match code {
                    Some(code) if *honest => self.setting.codes.digest(code),
                    _ => [5; 32],
                };
                let (no_rollback, plan) = (*no_rollback, plan.map(plan_of));
                made(accounts, instruction::ProposeUpgrade { code_digest, no_rollback, plan })
            }
            Call::ProposeRollback { program: governed, proposer, payer } => {
                let accounts = accounts::ProposeRollback {
                    multisig,
                    program_state: self.state(*governed),
                    proposal: self.next_proposal(),
                    proposer: self.actor(*proposer),
                    payer: self.actor(*payer),
                    slot_hashes,
                    system_program,
                    event_authority,
                    program,
                };
                made(accounts, instruction::ProposeRollback {})
            }
            Call::ProposeConfig { proposer, payer, params } => {
                let accounts = accounts::ProposeConfig {
                    multisig,
                    proposal: self.next_proposal(),
                    proposer: self.actor(*proposer),
                    payer: self.actor(*payer),
                    slot_hashes,
                    system_program,
                    event_authority,
                    program,
                };
                made(accounts, instruction::ProposeConfig { config: params_of(places, params) })
            }
            Call::ProposeTransfer { program: governed, proposer, payer, new_authority } => {
                let accounts = accounts::ProposeTransfer {
                    multisig,
                    program_state: self.state(*governed),
                    proposal: self.next_proposal(),
                    proposer: self.actor(*proposer),
                    payer: self.actor(*payer),
                    slot_hashes,
                    system_program,
                    event_authority,
                    program,
                };
                let own = places.programs[*governed].upgrade_authority.address;
                let new_authority = new_authority.map_or(own, |actor| self.actor(actor));
                made(accounts, instruction::ProposeTransfer { new_authority })
            }
            _ => return None,
        })
    }
}
