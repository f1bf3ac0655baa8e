//! One life of a multisig: steps on the chain and in the model, compared after each.

use anchor_lang::prelude::Pubkey;
use rand::RngCore;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use solana_account::AccountSharedData;
use solana_transaction_error::TransactionError;

use crate::actors::Places;
use crate::chain::{Chain, Sent};
use crate::compare::Comparison;
use crate::draw;
use crate::events::{emitted, Told};
use crate::facts::Facts;
use crate::invariants::{Moment, INVARIANTS};
use crate::ledger;
use crate::refusal::Refusal;
use crate::send::instructions;
use crate::step::{Call, Step, Transaction};
use crate::tally::Tally;
use crate::world::{rent, Setting, World};

/// Transactions between two comparisons of everything.
const EVERYTHING: u64 = 64;

pub struct Life<'a> {
    setting: &'a Setting<'a>,
    chain: Chain,
    world: World,
    told: Told,
    facts: Facts,
    sent: u64,
    slots: ChaCha8Rng,
}

impl<'a> Life<'a> {
    /// `chain`: as it is before anything happened.
    pub fn new(setting: &'a Setting<'a>, chain: &Chain) -> Self {
        Self {
            setting,
            chain: chain.clone(),
            world: World::new(setting.places),
            told: Told::default(),
            facts: Facts::new(chain, setting.places),
            sent: 0,
            slots: ChaCha8Rng::seed_from_u64(0),
        }
    }

    /// The next step, whose proposals are called by name.
    pub fn draw(&self, rng: &mut ChaCha8Rng, name: u32) -> Step {
        match draw::step(rng, &self.world, self.setting) {
            Step::Send(transaction) => {
                let named =
                    |id: u64| self.world.names.get(id as usize - 1).map_or(u64::MAX, |name| (*name).into());
                let call = transaction.call.renumbered(|id| Some(named(id))).expect("every number is one");
                Step::Send(Transaction { name, call, ..transaction })
            }
            step => step,
        }
    }

    /// The transaction with ids in place of names; None where something that it names is not there.
    fn resolved(&self, transaction: &Transaction) -> Option<Transaction> {
        let id = |name: u64| {
            let place = self.world.names.iter().position(|known| u64::from(*known) == name)?;
            Some(place as u64 + 1)
        };
        let call = transaction.call.renumbered(id)?;
        self.world.makes_sense(&call).then(|| Transaction { call, ..transaction.clone() })
    }

    pub fn chain_mut(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn places(&self) -> &'a Places {
        self.setting.places
    }

    /// Take a step.
    ///
    /// # Errors
    /// What the chain did that the model did not expect.
    pub fn step(&mut self, step: &Step, tally: &mut Tally) -> Result<(), String> {
        match step {
            Step::Wait(seconds) => {
                self.world.now += seconds;
                self.slots.fill_bytes(&mut self.world.slot_hash);
                self.chain.wait(self.world.now, self.world.slot_hash);
            }
            Step::Upload { buffer, authority, code } => {
                let locked = self
                    .world
                    .buffers
                    .get(buffer)
                    .is_some_and(|buffer| self.places().actor_of(&buffer.authority).is_none());
                if !locked {
                    let authority = self.places().actors[*authority];
                    let bytes = self.setting.codes.bytes(*code);
                    self.chain.upload(self.places().buffers[*buffer], &authority, &bytes);
                    let made = crate::world::Buffer { authority, code: *code };
                    self.world.buffers.insert(*buffer, made);
                }
            }
            Step::Begin { program, account, side, behaviour } => {
                let data = ledger::begun(*side, *behaviour, self.sent as u8);
                let lamports = rent(data.len());
                let of_program = &self.places().programs[*program];
                self.chain.begin(of_program.accounts[*account], of_program.program, data.clone(), lamports);
                let held = crate::world::Held { data, lamports };
                self.world.accounts.insert((*program, *account), held);
            }
            Step::HandOver { program } => {
                let of_program = &self.places().programs[*program];
                let own = of_program.upgrade_authority.address;
                if self.world.programs[*program].authority != own {
                    self.chain.hand_over(of_program.data, &own);
                    self.world.programs[*program].authority = own;
                    self.facts = self.facts.after(&self.chain, self.places(), &[]);
                }
            }
            Step::Send(transaction) => {
                if let Some(transaction) = self.resolved(transaction) {
                    let refusal = self.send(&transaction)?;
                    tally.count(&transaction.call, refusal);
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, transaction: &Transaction) -> Result<Option<Refusal>, String> {
        let expected = self.world.after(self.setting, transaction);
        let instructions = instructions(transaction, &self.world, self.setting);
        self.chain.next_slot();
        if transaction.durable_nonce {
            self.chain.refresh_nonce(self.places());
        }
        let fee_payer = self.places().fee_payer;
        let before = self.chain.accounts_of(&fee_payer, &instructions);
        let sent = self.chain.send(&fee_payer, &instructions);
        self.sent += 1;
        let position = u8::from(transaction.durable_nonce);
        let outcome = match &sent.result {
            Ok(_) => Ok(()),
            Err(failed) => match &failed.err {
                TransactionError::InstructionError(at, error) if *at == position => {
                    Err(Refusal(error.clone()))
                }
                other => return Err(format!("the transaction failed with {other:?}")),
            },
        };
        match (outcome, expected) {
            (Ok(()), Ok(world)) => {
                self.world = world;
                self.went(&transaction.call, &sent, &before)?;
                Ok(None)
            }
            (Err(chain), Err(model)) if chain == model => {
                self.unchanged(&sent, &before)?;
                Ok(Some(model))
            }
            (chain, model) => {
                let logs = self.chain.logs(&fee_payer, &instructions);
                let (chain, model) = (told(chain.err()), told(model.err()));
                Err(format!("on chain: {chain}; the model: {model}\n{}", logs.join("\n")))
            }
        }
    }

    /// What is true after a transaction that succeeded.
    fn went(&mut self, call: &Call, sent: &Sent, before: &[Before]) -> Result<(), String> {
        let meta = sent.result.as_ref().map_err(|failed| format!("{failed:?}"))?;
        let events = emitted(meta, &sent.keys, &self.places().event_authority);
        for event in &events {
            self.told.hear(event, self.world.now)?;
        }
        let undone = call.proposal().and_then(|id| self.world.motion(id)?.rolls_back);
        let made = self.world.motions.len() as u64;
        let touched: Vec<u64> = call.proposal().into_iter().chain(undone).chain([made]).collect();

        let after = self.facts.after(&self.chain, self.places(), &touched);
        let accounts: Vec<_> = before
            .iter()
            .map(|(key, account)| (*key, account.clone(), self.chain.account(key).cloned()))
            .collect();
        let moment = Moment {
            before: &self.facts,
            after: &after,
            told: &self.told,
            chain: &self.chain,
            places: self.places(),
            now: self.world.now,
            call: call.name(),
            events: events.len(),
            accounts: &accounts,
            fee: sent.fee,
        };
        for (name, holds) in INVARIANTS {
            if !holds(&moment) {
                return Err(format!("it is not true any more that {name}"));
            }
        }
        self.facts = after;
        let comparison =
            Comparison { chain: &self.chain, world: &self.world, told: &self.told, setting: self.setting };
        comparison.touched(&touched)?;
        if self.sent.is_multiple_of(EVERYTHING) {
            comparison.all()?;
        }
        Ok(())
    }

    /// A refusal changes nothing but what the fee costs.
    fn unchanged(&self, sent: &Sent, before: &[Before]) -> Result<(), String> {
        for (key, account) in before {
            let after = self.chain.account(key);
            if *key == self.places().fee_payer {
                let lamports = |account: Option<&AccountSharedData>| {
                    account.map_or(0, solana_account::ReadableAccount::lamports)
                };
                if lamports(account.as_ref()) != lamports(after) + sent.fee {
                    return Err("a refusal cost another fee than it had to".to_owned());
                }
            } else if account.as_ref() != after {
                return Err(format!("a refusal changed {key}"));
            }
        }
        Ok(())
    }

    /// Compare everything once more.
    pub fn end(&self) -> Result<(), String> {
        let (chain, world, told) = (&self.chain, &self.world, &self.told);
        Comparison { chain, world, told, setting: self.setting }.all()
    }
}

pub type Before = (Pubkey, Option<AccountSharedData>);

fn told(refusal: Option<Refusal>) -> String {
    refusal.map_or_else(|| "success".to_owned(), |refusal| format!("{}", refusal))
}
