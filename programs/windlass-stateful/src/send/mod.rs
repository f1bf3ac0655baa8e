//! A call as the instructions of a transaction, by the program's own client types.

mod executing;
mod migrating;
mod proposing;
mod registering;
mod voting;

use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};
use solana_sdk_ids::{system_program, sysvar};

use crate::actors::{Actor, VAULT};
use crate::step::{Call, Given, Transaction};
use crate::world::{Motion, Setting, World};

const COMPUTE_BUDGET: Pubkey = Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");

pub fn instructions(transaction: &Transaction, world: &World, setting: &Setting) -> Vec<Instruction> {
    let places = setting.places;
    let call = Sending { world, setting, multisig: places.multisig.address, event: places.event_authority };
    let mut windlass = call.instruction(&transaction.call);
    let vault = places.actors[VAULT];
    let signs = windlass.accounts.iter().any(|meta| meta.is_signer && meta.pubkey == vault);
    if transaction.nested || signs {
        windlass = relayed(windlass, places.relay, &vault);
    }
    let limit = Instruction {
        program_id: COMPUTE_BUDGET,
        accounts: Vec::new(),
        data: [&[2][..], &1_400_000u32.to_le_bytes()].concat(),
    };
    let nonce = transaction.durable_nonce.then(|| Instruction {
        program_id: system_program::ID,
        accounts: vec![
            AccountMeta::new(places.nonce, false),
            AccountMeta::new_readonly(sysvar::recent_blockhashes::ID, false),
            AccountMeta::new_readonly(places.fee_payer, true),
        ],
        data: 4u32.to_le_bytes().to_vec(),
    });
    nonce.into_iter().chain([windlass, limit]).collect()
}

/// Called by the relay, which signs for the vault.
fn relayed(inner: Instruction, relay: Pubkey, vault: &Pubkey) -> Instruction {
    let mut metas = vec![AccountMeta::new_readonly(inner.program_id, false)];
    metas.extend(
        inner
            .accounts
            .into_iter()
            .map(|meta| AccountMeta { is_signer: meta.is_signer && meta.pubkey != *vault, ..meta }),
    );
    Instruction { program_id: relay, accounts: metas, data: inner.data }
}

struct Sending<'a> {
    world: &'a World,
    setting: &'a Setting<'a>,
    multisig: Pubkey,
    event: Pubkey,
}

impl Sending<'_> {
    fn motion(&self, id: u64) -> &Motion {
        self.world.motion(id).expect("calls about proposals are sent once they are there")
    }

    fn actor(&self, actor: Actor) -> Pubkey {
        self.setting.places.actors[actor]
    }

    fn proposal(&self, id: u64) -> Pubkey {
        self.setting.places.proposal(id).address
    }

    fn next_proposal(&self) -> Pubkey {
        let count = self.world.council.as_ref().map_or(0, |council| council.proposal_count);
        self.proposal(count + 1)
    }

    fn state(&self, program: usize) -> Pubkey {
        self.setting.places.programs[program].state.address
    }

    fn buffer(&self, motion: &Motion) -> Pubkey {
        self.setting.places.buffers[motion.buffer.expect("sent for proposals with a buffer")]
    }

    fn program_of(&self, motion: &Motion) -> usize {
        motion.program.expect("sent for proposals about programs")
    }

    fn state_if(&self, id: u64, passed: bool) -> Option<Pubkey> {
        self.motion(id).program.filter(|_| passed).map(|program| self.state(program))
    }

    fn tracker_if(&self, id: u64, given: Given) -> Option<Pubkey> {
        let tracker = self.world.tracker_passed(self.motion(id).program?, given)?;
        Some(self.setting.places.tracker(self.world.trackers[&tracker].program, tracker).address)
    }

    fn passed(&self, given: Given, actor: Actor) -> Pubkey {
        self.actor(World::passed(given, actor))
    }

    fn instruction(&self, call: &Call) -> Instruction {
        let known = self
            .registering(call)
            .or_else(|| self.proposing(call))
            .or_else(|| self.voting(call))
            .or_else(|| self.executing(call))
            .or_else(|| self.migrating(call));
        known.expect("each call is one of these")
    }
}

fn made(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    Instruction { program_id: windlass::ID, accounts: accounts.to_account_metas(None), data: data.data() }
}
