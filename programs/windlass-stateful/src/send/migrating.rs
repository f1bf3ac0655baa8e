//! Migrations.

use anchor_lang::prelude::AccountMeta;
use anchor_lang::solana_program::instruction::Instruction;
use solana_sdk_ids::system_program;
use windlass::{accounts, instruction};

use super::{made, Sending};
use crate::actors::Actor;
use crate::step::Call;
use crate::world::plan_of;

impl Sending<'_> {
    pub(super) fn migrating(&self, call: &Call) -> Option<Instruction> {
        let places = self.setting.places;
        let (multisig, event_authority, program) = (self.multisig, self.event, windlass::ID);
        let system_program = system_program::ID;
        Some(match call {
            Call::StartMigration { id, payer } => {
                let governed = self.program_of(self.motion(*id));
                let accounts = accounts::StartMigration {
                    multisig,
                    program_state: self.state(governed),
                    proposal: self.proposal(*id),
                    tracker: places.tracker(governed, *id).address,
                    payer: self.actor(*payer),
                    system_program,
                    event_authority,
                    program,
                };
                made(accounts, instruction::StartMigration {})
            }
            Call::MigrateAccount { id, payer, accounts } => {
                let mut call = made(self.moving(*id, *payer), instruction::MigrateAccount {});
                call.accounts.extend(self.moved(*id, accounts));
                call
            }
            Call::RevertAccount { id, payer, accounts } => {
                let mut call = made(self.moving(*id, *payer), instruction::RevertAccount {});
                call.accounts.extend(self.moved(*id, accounts));
                call
            }
            Call::FinalizeMigration { id } => {
                let governed = self.world.trackers[id].program;
                let accounts = accounts::FinalizeMigration {
                    program_state: self.state(governed),
                    proposal: self.proposal(*id),
                    tracker: places.tracker(governed, *id).address,
                    event_authority,
                    program,
                };
                made(accounts, instruction::FinalizeMigration {})
            }
            Call::CloseAccountVersion { id, account, payer } => {
                let governed = self.world.trackers[id].program;
                let tracker = places.tracker(governed, *id).address;
                let account_key = places.programs[governed].accounts[*account];
                let paid = self.world.receipts.get(&(*id, *account)).map_or(0, |receipt| receipt.payer);
                let accounts = accounts::CloseAccountVersion {
                    program_state: self.state(governed),
                    tracker,
                    account_version: places.receipt(&tracker, &account_key).address,
                    payer: self.passed(*payer, paid),
                    event_authority,
                    program,
                };
                made(accounts, instruction::CloseAccountVersion {})
            }
            _ => return None,
        })
    }
    fn moving(&self, id: u64, payer: Actor) -> accounts::MoveAccounts {
        let places = self.setting.places;
        let governed = self.world.trackers[&id].program;
        let of_program = &places.programs[governed];
        accounts::MoveAccounts {
            multisig: self.multisig,
            program_state: of_program.state.address,
            tracker: places.tracker(governed, id).address,
            governed_program: of_program.program,
            migration_authority: of_program.migration_authority.address,
            payer: self.actor(payer),
            system_program: system_program::ID,
            event_authority: self.event,
            program: windlass::ID,
        }
    }

    /// The accounts to move, each with its receipt where the plan has receipts.
    fn moved(&self, id: u64, moved: &[usize]) -> Vec<AccountMeta> {
        let places = self.setting.places;
        let governed = self.world.trackers[&id].program;
        let tracker = places.tracker(governed, id).address;
        let plan = self.motion(id).plan.expect("it was started with a plan");
        let receipts = plan_of(plan).receipts;
        let mut metas = Vec::new();
        for account in moved {
            let account = places.programs[governed].accounts[*account];
            metas.push(AccountMeta::new(account, false));
            if receipts {
                metas.push(AccountMeta::new(places.receipt(&tracker, &account).address, false));
            }
        }
        metas
    }
}
