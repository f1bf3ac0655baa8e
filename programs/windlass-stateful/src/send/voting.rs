//! What happens to a proposal before it is executed, or instead of it.

use anchor_lang::solana_program::instruction::Instruction;
use solana_sdk_ids::{bpf_loader_upgradeable, sysvar};
use windlass::{accounts, instruction};

use super::{made, Sending};
use crate::step::Call;

impl Sending<'_> {
    pub(super) fn voting(&self, call: &Call) -> Option<Instruction> {
        let places = self.setting.places;
        let (multisig, event_authority, program) = (self.multisig, self.event, windlass::ID);
        let loader = bpf_loader_upgradeable::ID;
        let instructions = sysvar::instructions::ID;
        Some(match call {
            Call::VerifyBuffer { id } => {
                let buffer = self.buffer(self.motion(*id));
                let proposal = self.proposal(*id);
                let accounts =
                    accounts::VerifyBuffer { multisig, proposal, buffer, event_authority, program };
                made(accounts, instruction::VerifyBuffer {})
            }
            Call::ApproveUpgrade { id, member, reads, state, tracker } => {
                let accounts = accounts::ApproveUpgrade {
                    multisig,
                    program_state: self.state_if(*id, *state),
                    proposal: self.proposal(*id),
                    member: self.actor(*member),
                    instructions,
                    tracker: self.tracker_if(*id, *tracker),
                    event_authority,
                    program,
                };
                let digest = if *reads { self.motion(*id).rules.digest } else { [6; 32] };
                made(accounts, instruction::ApproveUpgrade { digest })
            }
            Call::RevokeApproval { id, member, state, tracker } => {
                let accounts = accounts::RevokeApproval {
                    multisig,
                    program_state: self.state_if(*id, *state),
                    proposal: self.proposal(*id),
                    member: self.actor(*member),
                    tracker: self.tracker_if(*id, *tracker),
                    event_authority,
                    program,
                };
                made(accounts, instruction::RevokeApproval {})
            }
            Call::CancelUpgrade { id, member, state, tracker } => {
                let accounts = accounts::CancelUpgrade {
                    multisig,
                    program_state: self.state_if(*id, *state),
                    proposal: self.proposal(*id),
                    member: self.actor(*member),
                    tracker: self.tracker_if(*id, *tracker),
                    event_authority,
                    program,
                };
                made(accounts, instruction::CancelUpgrade {})
            }
            Call::ExpireProposal { id, state, tracker } => {
                let accounts = accounts::ExpireProposal {
                    multisig,
                    program_state: self.state_if(*id, *state),
                    proposal: self.proposal(*id),
                    tracker: self.tracker_if(*id, *tracker),
                    event_authority,
                    program,
                };
                made(accounts, instruction::ExpireProposal {})
            }
            Call::ReclaimBuffer { id, recipient } => {
                let motion = self.motion(*id);
                let accounts = accounts::ReclaimBuffer {
                    multisig,
                    proposal: self.proposal(*id),
                    buffer: self.buffer(motion),
                    recipient: self.passed(*recipient, motion.payer),
                    upgrade_authority: places.programs[self.program_of(motion)].upgrade_authority.address,
                    loader,
                    event_authority,
                    program,
                };
                made(accounts, instruction::ReclaimBuffer {})
            }
            _ => return None,
        })
    }
}
