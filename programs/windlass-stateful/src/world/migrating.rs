//! Migrations, with the governed program's part in them.

use anchor_lang::error::ErrorCode;
use sha2::{Digest, Sha256};
use windlass::errors::WindlassError;
use windlass::state::{AccountVersion, MigrationTracker};
use windlass_rules::migration::{start, Migration, Start};
use windlass_rules::migration_plan::{Found, Side};

use super::{plan_of, rent, Receipt, Tracker, World};
use crate::actors::Actor;
use crate::ledger;
use crate::refusal::{require, Answer};
use crate::step::{Given, Plan};

impl World {
    pub(super) fn start_migration(&mut self, id: u64, payer: Actor) -> Answer<()> {
        let motion = self.held_motion(id);
        let program = motion.program.expect("sent for proposals about programs");
        let plan = motion.plan.ok_or(WindlassError::NoMigrationPlan)?;
        let request = Start {
            proposal: motion.rules.address,
            status: motion.rules.status,
            base_version: motion.rules.base_version,
            has_plan: true,
            paused: self.council().config.pause.in_force(self.now),
        };
        let status = start(&self.state(program).rules, &request)?;
        self.motion_mut(id).rules.status = status;
        let state = self.state_mut(program);
        (state.migration, state.rules.migration_open) = (Some(id), true);
        let rules = Migration::new(state.rules.version);
        let space = MigrationTracker::space(&plan_of(plan)).expect("a plan of one layout");
        self.pay(payer, rent(space));
        self.trackers.insert(id, Tracker { program, rules, started_at: self.now, finalized_at: 0 });
        Ok(())
    }

    pub(super) fn move_accounts(
        &mut self,
        id: u64,
        to: Side,
        payer: Actor,
        accounts: &[usize],
    ) -> Answer<()> {
        let tracker = &self.trackers[&id];
        let (program, mut rules) = (tracker.program, tracker.rules);
        let state = self.state(program);
        require(state.migration == Some(id), WindlassError::TrackerMismatch)?;
        let paused = self.council().config.pause.in_force(self.now);
        rules.require_open(&state.rules, to, paused)?;

        let voted = self.held_motion(id).plan.expect("it was started with a plan");
        let plan = plan_of(voted).rules();
        let receipts = matches!(voted, Plan::Good { receipts: true, .. });
        for account in accounts {
            let key = (program, *account);
            let mut held = self.accounts.get(&key).cloned().ok_or(WindlassError::AccountNotGoverned)?;
            let from = match (plan.find(&held.data), to) {
                (Some(Found::Old(_)), Side::New) | (Some(Found::New(_)), Side::Old) => held.data.clone(),
                (Some(_), _) => continue,
                (None, _) => return Err(WindlassError::UnknownLayout.into()),
            };
            let size = plan.layouts[0].size(to) as usize;
            let lacking = rent(size).saturating_sub(held.lamports);
            self.pay(payer, lacking);
            held.lamports += lacking;
            held.data = ledger::moved(&from, to)?;
            let (before, after) = (Sha256::digest(&from).into(), Sha256::digest(&held.data).into());
            if receipts {
                self.write_receipt(id, *account, to, payer, before, after);
            }
            self.accounts.insert(key, held);
            rules = rules.count(to)?;
        }
        self.trackers.get_mut(&id).expect("it was there before").rules = rules;
        Ok(())
    }

    fn write_receipt(
        &mut self,
        id: u64,
        account: usize,
        to: Side,
        payer: Actor,
        before: [u8; 32],
        after: [u8; 32],
    ) {
        let now = self.now;
        match (self.receipts.get_mut(&(id, account)), to) {
            (None, Side::Old) => {}
            (None, Side::New) => {
                self.pay(payer, rent(AccountVersion::SPACE));
                let receipt = Receipt { before, after, migrated_at: now, reverted_at: 0, payer };
                self.receipts.insert((id, account), receipt);
            }
            (Some(receipt), Side::New) => {
                *receipt = Receipt { before, after, migrated_at: now, reverted_at: 0, payer: receipt.payer };
            }
            (Some(receipt), Side::Old) => receipt.reverted_at = now,
        }
    }

    pub(super) fn finalize(&mut self, id: u64) -> Answer<()> {
        let tracker = &self.trackers[&id];
        let program = tracker.program;
        let state = self.state(program);
        require(state.migration == Some(id), WindlassError::TrackerMismatch)?;
        let status = self.held_motion(id).rules.status;
        let (rules, status) = tracker.rules.finalize(&state.rules, status, self.now)?;
        self.motion_mut(id).rules.status = status;
        self.state_mut(program).rules.migration_open = false;
        let now = self.now;
        let tracker = self.trackers.get_mut(&id).expect("it was there before");
        (tracker.rules, tracker.finalized_at) = (rules, now);
        Ok(())
    }

    pub(super) fn close_receipt(&mut self, id: u64, account: usize, payer: Given) -> Answer<()> {
        let receipt = self.receipts.get(&(id, account)).ok_or(ErrorCode::AccountNotInitialized)?;
        let paid = receipt.payer;
        require(Self::passed(payer, paid) == paid, WindlassError::SpillMismatch)?;
        let tracker = &self.trackers[&id];
        tracker.rules.require_receipts_over(&self.state(tracker.program).rules)?;
        self.receipts.remove(&(id, account));
        self.refund(paid, rent(AccountVersion::SPACE));
        Ok(())
    }
}
