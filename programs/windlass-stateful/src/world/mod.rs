//! The model: what the rules say of one multisig, its programs, proposals, buffers and accounts. Every decision is a call
//! of `windlass-rules`; what follows from it is written down here a second time, and so is the order in which accounts
//! are looked at before the rules are asked. A call that is refused leaves the world as it was.

mod buffers;
mod executing;
mod migrating;
mod pausing;
mod proposing;
mod registering;
mod rolling_back;
mod voting;

use std::collections::BTreeMap;
use std::rc::Rc;

use anchor_lang::prelude::Pubkey;
use windlass_rules::config::Config;
use windlass_rules::migration::Migration;
use windlass_rules::migration_plan::Side;
use windlass_rules::program::Program;
use windlass_rules::proposal::Proposal;

pub use self::buffers::buffer_rent;
pub use self::proposing::{borsh, params_of, plan_of};
use crate::actors::{Actor, Places, ACTORS, OWNER, PROGRAMS};
use crate::code::{Code, Codes, Release};
use crate::refusal::Answer;
use crate::rules::Rules;
use crate::step::{Call, Given, Params, Plan, Transaction};

/// Unix seconds at which every life begins.
pub const START: i64 = 1_750_000_000;
/// What every actor has at first, in lamports.
pub const FUNDS: u64 = 1_000_000_000_000_000;

/// What never changes in a life, and is needed to know what follows.
pub struct Setting<'a> {
    pub places: &'a Places,
    pub codes: &'a Codes,
    pub rules: Rules,
}

#[derive(Clone)]
pub struct World {
    pub now: i64,
    /// Of the newest slot.
    pub slot_hash: [u8; 32],
    pub council: Option<Council>,
    /// Numbers of the other multisigs that there are.
    pub others: Vec<u8>,
    pub programs: [Governed; PROGRAMS],
    /// The first has id 1.
    pub motions: Vec<Rc<Motion>>,
    /// Of the transactions that made them.
    pub names: Vec<u32>,
    pub buffers: BTreeMap<usize, Buffer>,
    /// By the ids of their upgrades.
    pub trackers: BTreeMap<u64, Tracker>,
    /// By program and place.
    pub accounts: BTreeMap<(usize, usize), Held>,
    /// By tracker and the account's place.
    pub receipts: BTreeMap<(u64, usize), Receipt>,
    /// Lamports.
    pub funds: [u64; ACTORS],
}

/// The multisig.
#[derive(Clone)]
pub struct Council {
    pub config: Config,
    /// Open proposals of each member, made under this config.
    pub open: Vec<u8>,
    pub proposal_count: u64,
}

#[derive(Clone)]
pub struct Governed {
    pub state: Option<State>,
    /// In its ProgramData.
    pub authority: Pubkey,
    pub running: Code,
}

/// A program's state account.
#[derive(Clone)]
pub struct State {
    pub rules: Program,
    pub code_digest: [u8; 32],
    pub code_len: u32,
    pub kept: Option<KeptCopy>,
    /// The upgrade's id whose tracker is the running version's.
    pub migration: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptCopy {
    pub buffer: usize,
    pub payer: Actor,
    pub len: u32,
    pub code_digest: [u8; 32],
    pub version: u64,
}

/// A proposal's account.
#[derive(Clone)]
pub struct Motion {
    pub id: u64,
    pub rules: Proposal,
    pub program: Option<usize>,
    pub payer: Actor,
    /// Members when it was made: the account has room for the votes of so many.
    pub seats: usize,
    pub buffer: Option<usize>,
    pub slot_hash: [u8; 32],
    pub reclaimed: bool,
    pub kept: Option<KeptCopy>,
    pub rolls_back: Option<u64>,
    pub new_authority: Option<Actor>,
    pub plan: Option<Plan>,
    pub new_config: Option<Params>,
    /// When each approval and vote to cancel came.
    pub approved_at: Vec<i64>,
    pub cancel_voted_at: Vec<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer {
    pub authority: Pubkey,
    pub code: Code,
}

#[derive(Clone)]
pub struct Tracker {
    pub program: usize,
    pub rules: Migration,
    pub started_at: i64,
    pub finalized_at: i64,
}

/// An account of a governed program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub data: Vec<u8>,
    pub lamports: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub before: [u8; 32],
    pub after: [u8; 32],
    pub migrated_at: i64,
    pub reverted_at: i64,
    pub payer: Actor,
}

/// Lamports that an account of `len` bytes must have.
pub const fn rent(len: usize) -> u64 {
    (128 + len as u64) * 6_960
}

impl World {
    pub fn new(places: &Places) -> Self {
        let governed = Governed {
            state: None,
            authority: places.actors[OWNER],
            running: Code::exact(Release::Number(0)),
        };
        Self {
            now: START,
            slot_hash: [1; 32],
            council: None,
            others: Vec::new(),
            programs: std::array::from_fn(|_| governed.clone()),
            motions: Vec::new(),
            names: Vec::new(),
            buffers: BTreeMap::new(),
            trackers: BTreeMap::new(),
            accounts: BTreeMap::new(),
            receipts: BTreeMap::new(),
            funds: [FUNDS; ACTORS],
        }
    }

    pub fn motion(&self, id: u64) -> Option<&Motion> {
        self.motions.get(usize::try_from(id).ok()?.checked_sub(1)?).map(Rc::as_ref)
    }

    /// Is everything there that this call names? Otherwise it is not sent.
    pub fn makes_sense(&self, call: &Call) -> bool {
        let known = call.proposal().is_none_or(|id| self.motion(id).is_some());
        match call {
            Call::InitializeMultisig { .. } => true,
            Call::RegisterProgram { .. } | Call::PauseSystem { .. } | Call::ResumeSystem { .. } => {
                self.council.is_some()
            }
            Call::ExecuteUpgrade { id, .. } | Call::ReclaimBuffer { id, .. } | Call::VerifyBuffer { id } => {
                self.motion(*id).is_some_and(|motion| motion.buffer.is_some())
            }
            Call::ExecuteTransfer { id, .. }
            | Call::KeepRollbackBuffer { id, .. }
            | Call::RetireRollback { id, .. }
            | Call::StartMigration { id, .. } => {
                self.motion(*id).is_some_and(|motion| motion.program.is_some())
            }
            Call::RollbackUpgrade { id, .. } => {
                self.motion(*id).is_some_and(|motion| motion.rolls_back.is_some())
            }
            Call::MigrateAccount { id, .. }
            | Call::RevertAccount { id, .. }
            | Call::FinalizeMigration { id }
            | Call::CloseAccountVersion { id, .. } => self.trackers.contains_key(id),
            _ => self.council.is_some() && known,
        }
    }

    /// The world after this transaction.
    pub fn after(&self, setting: &Setting, transaction: &Transaction) -> Answer<Self> {
        let mut world = self.clone();
        world.run(setting, transaction)?;
        if world.motions.len() > world.names.len() {
            world.names.push(transaction.name);
        }
        Ok(world)
    }

    fn run(&mut self, setting: &Setting, transaction: &Transaction) -> Answer<()> {
        let durable_nonce = transaction.durable_nonce;
        match &transaction.call {
            Call::InitializeMultisig { number, payer, params } => {
                self.initialize(setting, *number, *payer, params)
            }
            Call::RegisterProgram { program, authority, payer, timelock } => {
                self.register(setting, *program, *authority, *payer, *timelock)
            }
            Call::RegisterReleasedProgram { program, authority, timelock } => {
                self.register_released(setting, *program, *authority, *timelock)
            }
            Call::ProposeUpgrade { program, buffer, proposer, payer, honest, no_rollback, plan } => {
                let upgrade = proposing::Upgrade {
                    program: *program,
                    buffer: *buffer,
                    honest: *honest,
                    no_rollback: *no_rollback,
                    plan: *plan,
                };
                self.propose_upgrade(setting, &upgrade, *proposer, *payer)
            }
            Call::ProposeRollback { program, proposer, payer } => {
                self.propose_rollback(setting, *program, *proposer, *payer)
            }
            Call::ProposeConfig { proposer, payer, params } => {
                self.propose_config(setting, *proposer, *payer, params)
            }
            Call::ProposeTransfer { program, proposer, payer, new_authority } => {
                self.propose_transfer(setting, *program, *proposer, *payer, *new_authority)
            }
            Call::VerifyBuffer { id } => self.verify(setting, *id),
            Call::ApproveUpgrade { id, member, reads, state, tracker } => {
                let vote = voting::Vote { member: *member, state: *state, tracker: *tracker };
                self.approve(setting, *id, &vote, *reads, transaction)
            }
            Call::RevokeApproval { id, member, state, tracker } => {
                let vote = voting::Vote { member: *member, state: *state, tracker: *tracker };
                self.revoke(setting, *id, &vote)
            }
            Call::CancelUpgrade { id, member, state, tracker } => {
                let vote = voting::Vote { member: *member, state: *state, tracker: *tracker };
                self.cancel(setting, *id, &vote)
            }
            Call::ExpireProposal { id, state, tracker } => self.expire(*id, *state, *tracker),
            Call::ExecuteUpgrade { id, spill, .. } => {
                self.execute_upgrade(setting, *id, *spill, durable_nonce)
            }
            Call::ExecuteConfig { id, .. } => self.execute_config(setting, *id, durable_nonce),
            Call::ExecuteTransfer { id, new_authority, .. } => {
                self.execute_transfer(setting, *id, *new_authority, durable_nonce)
            }
            Call::KeepRollbackBuffer { id, buffer, authority } => {
                self.keep(setting, *id, *buffer, *authority)
            }
            Call::RollbackUpgrade { id, spill, tracker, .. } => {
                self.roll_back(setting, *id, *spill, *tracker, durable_nonce)
            }
            Call::RetireRollback { id, recipient } => self.retire(setting, *id, *recipient),
            Call::ReclaimBuffer { id, recipient } => self.reclaim(setting, *id, *recipient),
            Call::PauseSystem { guard, seconds } => self.pause(setting, *guard, *seconds),
            Call::ResumeSystem { signer } => self.resume(setting, *signer),
            Call::StartMigration { id, payer } => self.start_migration(*id, *payer),
            Call::MigrateAccount { id, payer, accounts } => {
                self.move_accounts(*id, Side::New, *payer, accounts)
            }
            Call::RevertAccount { id, payer, accounts } => {
                self.move_accounts(*id, Side::Old, *payer, accounts)
            }
            Call::FinalizeMigration { id } => self.finalize(*id),
            Call::CloseAccountVersion { id, account, payer } => self.close_receipt(*id, *account, *payer),
        }
    }

    fn council(&self) -> &Council {
        self.council.as_ref().expect("calls are sent once there is a multisig")
    }

    fn council_mut(&mut self) -> &mut Council {
        self.council.as_mut().expect("calls are sent once there is a multisig")
    }

    fn held_motion(&self, id: u64) -> &Motion {
        self.motion(id).expect("calls about proposals are sent once they are there")
    }

    fn motion_mut(&mut self, id: u64) -> &mut Motion {
        let place = usize::try_from(id - 1).expect("a few hundred proposals");
        Rc::make_mut(&mut self.motions[place])
    }

    fn state(&self, program: usize) -> &State {
        self.programs[program].state.as_ref().expect("a proposal's program was registered")
    }

    fn state_mut(&mut self, program: usize) -> &mut State {
        self.programs[program].state.as_mut().expect("a proposal's program was registered")
    }

    fn pay(&mut self, actor: Actor, lamports: u64) {
        self.funds[actor] -= lamports;
    }

    fn refund(&mut self, actor: Actor, lamports: u64) {
        self.funds[actor] += lamports;
    }

    /// Whoever else, where the wrong one is passed.
    pub fn other_than(actor: Actor) -> Actor {
        (actor + 1) % ACTORS
    }

    /// The account that is passed where `actor` belongs.
    pub fn passed(given: Given, actor: Actor) -> Actor {
        if given == Given::Right {
            actor
        } else {
            Self::other_than(actor)
        }
    }
}
