//! Making a multisig, putting programs under it, pausing it.

use anchor_lang::solana_program::instruction::Instruction;
use solana_sdk_ids::{bpf_loader_upgradeable, system_program};
use windlass::{accounts, instruction};

use super::{made, Sending};
use crate::actors::{multisig_of, other_create_key};
use crate::step::Call;
use crate::world::params_of;

impl Sending<'_> {
    pub(super) fn registering(&self, call: &Call) -> Option<Instruction> {
        let places = self.setting.places;
        let (multisig, event_authority, program) = (self.multisig, self.event, windlass::ID);
        let loader = bpf_loader_upgradeable::ID;
        let system_program = system_program::ID;
        Some(match call {
            Call::InitializeMultisig { number, payer, params } => {
                let create_key = if *number == 0 { places.create_key } else { other_create_key(*number) };
                let multisig = multisig_of(&create_key).address;
                let payer = self.actor(*payer);
                let accounts = accounts::InitializeMultisig {
                    multisig,
                    create_key,
                    payer,
                    system_program,
                    event_authority,
                    program,
                };
                made(accounts, instruction::InitializeMultisig { config: params_of(places, params) })
            }
            Call::RegisterProgram { program: governed, authority, payer, timelock } => {
                let of_program = &places.programs[*governed];
                let accounts = accounts::RegisterProgram {
                    multisig,
                    program_state: of_program.state.address,
                    governed_program: of_program.program,
                    program_data: of_program.data,
                    upgrade_authority: of_program.upgrade_authority.address,
                    authority: self.actor(*authority),
                    payer: self.actor(*payer),
                    loader,
                    system_program,
                    event_authority,
                    program,
                };
                made(accounts, instruction::RegisterProgram { timelock: *timelock })
            }
            Call::RegisterReleasedProgram { program: governed, authority, timelock } => {
                let of_program = &places.programs[*governed];
                let accounts = accounts::RegisterReleasedProgram {
                    multisig,
                    program_state: of_program.state.address,
                    governed_program: of_program.program,
                    program_data: of_program.data,
                    upgrade_authority: of_program.upgrade_authority.address,
                    authority: self.actor(*authority),
                    loader,
                    event_authority,
                    program,
                };
                made(accounts, instruction::RegisterReleasedProgram { timelock: *timelock })
            }
            Call::PauseSystem { guard, seconds } => {
                let guard = self.actor(*guard);
                let accounts = accounts::PauseSystem { multisig, guard, event_authority, program };
                made(accounts, instruction::PauseSystem { seconds: *seconds })
            }
            Call::ResumeSystem { signer } => {
                let signer = self.actor(*signer);
                let accounts = accounts::ResumeSystem { multisig, signer, event_authority, program };
                made(accounts, instruction::ResumeSystem {})
            }
            _ => return None,
        })
    }
}
