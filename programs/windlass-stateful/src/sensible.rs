//! Calls that may well succeed now, each with its weight: the lives of proposals have to go on.

use anchor_lang::prelude::Pubkey;
use rand::seq::IndexedRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use windlass_rules::proposal::Kind;
use windlass_rules::roles;
use windlass_rules::transitions::Status;

use crate::actors::{Actor, Places, PROGRAMS};
use crate::draw::{accounts, actor, pause_length, plan};
use crate::params::{params, timelock};
use crate::step::{Call, Given};
use crate::world::{Council, Motion, World};

/// A call of those that make sense; None where there is none.
pub fn sensible(rng: &mut ChaCha8Rng, world: &World, places: &Places) -> Option<Call> {
    let council = world.council.as_ref()?;
    let mut choices = Choices { calls: Vec::new(), rng, world, places, council };
    for program in 0..PROGRAMS {
        choices.about_program(program);
    }
    choices.about_multisig();
    let open = world.motions.iter().filter(|motion| motion.rules.status.is_open());
    for motion in open {
        choices.about_open(motion);
    }
    choices.about_ended();
    let Choices { calls, rng, .. } = choices;
    calls.choose_weighted(rng, |(weight, _)| *weight).ok().map(|(_, call)| call.clone())
}

struct Choices<'a> {
    calls: Vec<(u32, Call)>,
    rng: &'a mut ChaCha8Rng,
    world: &'a World,
    places: &'a Places,
    council: &'a Council,
}

impl Choices<'_> {
    fn add(&mut self, weight: u32, call: Call) {
        self.calls.push((weight, call));
    }

    fn actor_of(&self, key: &[u8; 32]) -> Actor {
        self.places.actor_of(&Pubkey::new_from_array(*key)).expect("members are actors")
    }

    /// Any member with this role.
    fn holder(&mut self, role: u8) -> Actor {
        let holders: Vec<Actor> = self
            .council
            .config
            .members
            .iter()
            .filter(|member| member.roles & role != 0)
            .map(|member| self.actor_of(&member.key))
            .collect();
        holders.choose(self.rng).copied().unwrap_or(0)
    }

    fn about_program(&mut self, program: usize) {
        let governed = &self.world.programs[program];
        let holder = self.places.actor_of(&governed.authority);
        let payer = actor(self.rng);
        let timelock = timelock(self.rng, 0.1);
        let Some(state) = &governed.state else {
            let authority = holder.unwrap_or_else(|| self.holder(roles::PROPOSE));
            return self.add(20, Call::RegisterProgram { program, authority, payer, timelock });
        };
        if state.rules.released {
            let authority = holder.unwrap_or_else(|| self.holder(roles::PROPOSE));
            return self.add(6, Call::RegisterReleasedProgram { program, authority, timelock });
        }
        let buffers = self.world.buffers.iter();
        let owned =
            buffers.filter_map(|(place, buffer)| Some((*place, self.places.actor_of(&buffer.authority)?)));
        let owned: Vec<(usize, Actor)> = owned.collect();
        let is_proposer = |owner: &Actor| {
            let key = self.places.actors[*owner].to_bytes();
            self.council.config.require(&key, roles::PROPOSE).is_ok()
        };
        let mine: Vec<&(usize, Actor)> = owned.iter().filter(|(_, owner)| is_proposer(owner)).collect();
        if let Some((buffer, proposer)) = mine.choose(self.rng) {
            let (buffer, proposer) = (*buffer, *proposer);
            let (no_rollback, plan) = (self.rng.random_bool(0.3), plan(self.rng));
            self.add(
                5,
                Call::ProposeUpgrade { program, buffer, proposer, payer, honest: true, no_rollback, plan },
            );
        }
        let proposer = self.holder(roles::PROPOSE);
        if state.kept.is_some() && state.rules.rollback_slot.is_none() {
            let in_time = state.rules.rollback_window_ends().is_ok_and(|ends| self.world.now < ends);
            self.add(if in_time { 20 } else { 1 }, Call::ProposeRollback { program, proposer, payer });
        }
        if self.rng.random_bool(0.3) {
            let new_authority = Some(actor(self.rng));
            self.add(1, Call::ProposeTransfer { program, proposer, payer, new_authority });
        }

        let Some(id) = state.migration else { return };
        let accounts = accounts(self.rng);
        self.add(6, Call::MigrateAccount { id, payer, accounts: accounts.clone() });
        if state.rules.rollback_slot.is_some() {
            self.add(60, Call::RevertAccount { id, payer, accounts });
        }
        if state.rules.migration_open {
            self.add(1, Call::FinalizeMigration { id });
        }
    }

    fn about_multisig(&mut self) {
        if self.rng.random_bool(0.4) {
            let (proposer, payer) = (self.holder(roles::PROPOSE), actor(self.rng));
            let params = params(self.rng, 0.1);
            self.add(1, Call::ProposeConfig { proposer, payer, params });
        }
        if self.rng.random_bool(0.4) {
            let (guard, seconds) = (self.holder(roles::GUARD), pause_length(self.rng));
            self.add(1, Call::PauseSystem { guard, seconds });
        }
        let pause = &self.council.config.pause;
        if pause.started_at != 0 {
            let signer = self.actor_of(&pause.by);
            self.add(4, Call::ResumeSystem { signer });
        }
    }

    fn about_open(&mut self, motion: &Motion) {
        let (id, rules) = (motion.id, &motion.rules);
        let (state, tracker, executor) = (true, Given::Right, actor(self.rng));
        let program = motion.program.and_then(|program| self.world.programs[program].state.as_ref());
        let fresh = rules.is_fresh(&self.council.config, program.map(|state| &state.rules));
        if self.world.now >= rules.expires_at || !fresh {
            self.add(6, Call::ExpireProposal { id, state, tracker });
        }
        if !rules.is_verified() {
            return self.add(8, Call::VerifyBuffer { id });
        }
        let members = self.council.config.members.iter();
        let others: Vec<Actor> = members
            .filter(|member| member.roles & roles::APPROVE != 0 && !rules.approvals.contains(&member.key))
            .map(|member| self.actor_of(&member.key))
            .collect();
        if let Some(member) = others.choose(self.rng).copied() {
            // A rollback has a week, with everything that it waits for.
            let weight = match (rules.status, rules.kind) {
                (Status::Proposed, _) if self.world.now >= rules.expires_at => 1,
                (Status::Proposed, Kind::Rollback) => 40,
                (Status::Proposed, _) => 8,
                _ => 1,
            };
            self.add(weight, Call::ApproveUpgrade { id, member, reads: true, state, tracker });
        }
        if let Some(key) = rules.approvals.choose(self.rng) {
            let member = self.actor_of(key);
            self.add(1, Call::RevokeApproval { id, member, state, tracker });
        }
        if self.rng.random_bool(0.4) {
            let member = self.holder(roles::APPROVE);
            self.add(1, Call::CancelUpgrade { id, member, state, tracker });
        }
        if rules.status == Status::Approved {
            self.about_approved(motion, executor);
        }
    }

    fn about_approved(&mut self, motion: &Motion, executor: Actor) {
        let (id, rules) = (motion.id, &motion.rules);
        let eta = rules.effective_eta(&self.council.config.pause, self.world.now).unwrap_or(rules.eta);
        let weight = if self.world.now >= eta { 20 } else { 1 };
        let spill = Given::Right;
        self.add(
            weight,
            match rules.kind {
                Kind::Upgrade => Call::ExecuteUpgrade { id, executor, spill },
                Kind::Rollback => Call::RollbackUpgrade { id, executor, spill, tracker: Given::Right },
                Kind::Config => Call::ExecuteConfig { id, executor },
                Kind::Transfer => Call::ExecuteTransfer { id, executor, new_authority: Given::Right },
            },
        );
        let Some(program) = motion.program else { return };
        if rules.kind == Kind::Upgrade && !rules.no_rollback && motion.kept.is_none() {
            let running = self.world.programs[program].running.release;
            let copies = self.world.buffers.iter().filter(|(_, buffer)| buffer.code.release == running);
            let copies: Vec<(usize, Actor)> = copies
                .filter_map(|(place, buffer)| Some((*place, self.places.actor_of(&buffer.authority)?)))
                .collect();
            if let Some((buffer, authority)) = copies.choose(self.rng).copied() {
                self.add(12, Call::KeepRollbackBuffer { id, buffer, authority });
            }
        }
    }

    fn about_ended(&mut self) {
        let payer = actor(self.rng);
        let right = Given::Right;
        for motion in &self.world.motions {
            let (id, status) = (motion.id, motion.rules.status);
            if status == Status::Executed && motion.plan.is_some() {
                self.add(12, Call::StartMigration { id, payer });
            }
            if status.is_abandoned() && motion.rules.kind == Kind::Upgrade && !motion.reclaimed {
                self.add(2, Call::ReclaimBuffer { id, recipient: right });
            }
            if motion.kept.is_some() && !status.is_open() {
                self.add(1, Call::RetireRollback { id, recipient: right });
            }
        }
        if let Some((id, account)) = self.world.receipts.keys().next() {
            let (id, account) = (*id, *account);
            self.add(2, Call::CloseAccountVersion { id, account, payer: right });
        }
    }
}
