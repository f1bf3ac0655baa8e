//! Who acts, and where everything lies. Addresses are the same in every life, so each is derived once.

use std::cell::RefCell;
use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use sha2::{Digest, Sha256};
use solana_sdk_ids::bpf_loader_upgradeable;
use windlass::seeds;

/// Place of whoever acts.
pub type Actor = usize;
/// Members are drawn among all of them, so that anybody may be a stranger.
pub const ACTORS: usize = 9;
/// A program's address: acts only through that program, as a Squads vault would.
pub const VAULT: Actor = 6;
/// Holds the programs' upgrade authority before they are governed.
pub const OWNER: Actor = 8;

pub const PROGRAMS: usize = 2;
/// Accounts of each governed program.
pub const ACCOUNTS: usize = 6;
pub const BUFFERS: usize = 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub address: Pubkey,
    pub bump: u8,
}

type Cache<K> = RefCell<HashMap<K, Place>>;

pub struct Places {
    pub actors: [Pubkey; ACTORS],
    pub create_key: Pubkey,
    pub multisig: Place,
    pub programs: [ProgramPlaces; PROGRAMS],
    pub buffers: [Pubkey; BUFFERS],
    pub event_authority: Pubkey,
    pub relay: Pubkey,
    /// Pays the fees of every transaction.
    pub fee_payer: Pubkey,
    pub nonce: Pubkey,
    proposals: Cache<u64>,
    trackers: Cache<(usize, u64)>,
    receipts: Cache<(Pubkey, Pubkey)>,
}

pub struct ProgramPlaces {
    pub program: Pubkey,
    pub data: Pubkey,
    pub state: Place,
    pub upgrade_authority: Place,
    pub migration_authority: Place,
    pub accounts: [Pubkey; ACCOUNTS],
}

/// The address that this name stands for; a keypair could have it.
pub fn named(name: &str) -> Pubkey {
    (0u32..)
        .map(|attempt| {
            let hash = Sha256::new().chain_update(name).chain_update(attempt.to_le_bytes()).finalize();
            Pubkey::new_from_array(hash.into())
        })
        .find(Pubkey::is_on_curve)
        .expect("half of all addresses are on the curve")
}

pub fn derive(parts: &[&[u8]], program: &Pubkey) -> Place {
    let (address, bump) = Pubkey::find_program_address(parts, program);
    Place { address, bump }
}

/// Where the multisig of this create key lies.
pub fn multisig_of(create_key: &Pubkey) -> Place {
    derive(&[seeds::MULTISIG, create_key.as_ref()], &windlass::ID)
}

/// The create key of another multisig.
pub fn other_create_key(number: u8) -> Pubkey {
    named(&format!("create key {number}"))
}

impl Default for Places {
    fn default() -> Self {
        let relay = named("relay");
        let create_key = named("create key");
        let multisig = multisig_of(&create_key);
        let actor = |place| match place {
            VAULT => derive(&[b"member"], &relay).address,
            _ => named(&format!("actor {place}")),
        };
        Self {
            actors: std::array::from_fn(actor),
            create_key,
            multisig,
            programs: std::array::from_fn(|place| ProgramPlaces::new(place, &multisig.address)),
            buffers: std::array::from_fn(|place| named(&format!("buffer {place}"))),
            event_authority: derive(&[b"__event_authority"], &windlass::ID).address,
            relay,
            fee_payer: named("fee payer"),
            nonce: named("nonce"),
            proposals: Cache::default(),
            trackers: Cache::default(),
            receipts: Cache::default(),
        }
    }
}

impl Places {
    pub fn proposal(&self, id: u64) -> Place {
        let parts = [seeds::PROPOSAL, self.multisig.address.as_ref(), &id.to_le_bytes()];
        *self.proposals.borrow_mut().entry(id).or_insert_with(|| derive(&parts, &windlass::ID))
    }

    pub fn tracker(&self, program: usize, id: u64) -> Place {
        let address = self.programs[program].program;
        let parts = [seeds::MIGRATION, self.multisig.address.as_ref(), address.as_ref(), &id.to_le_bytes()];
        *self.trackers.borrow_mut().entry((program, id)).or_insert_with(|| derive(&parts, &windlass::ID))
    }

    pub fn receipt(&self, tracker: &Pubkey, account: &Pubkey) -> Place {
        let parts = [seeds::ACCOUNT_VERSION, tracker.as_ref(), account.as_ref()];
        *self
            .receipts
            .borrow_mut()
            .entry((*tracker, *account))
            .or_insert_with(|| derive(&parts, &windlass::ID))
    }

    pub fn actor_of(&self, address: &Pubkey) -> Option<Actor> {
        self.actors.iter().position(|actor| actor == address)
    }
}

impl ProgramPlaces {
    fn new(place: usize, multisig: &Pubkey) -> Self {
        let program = named(&format!("program {place}"));
        let of_multisig = |seed: &[u8]| derive(&[seed, multisig.as_ref(), program.as_ref()], &windlass::ID);
        Self {
            program,
            data: derive(&[program.as_ref()], &bpf_loader_upgradeable::ID).address,
            state: of_multisig(seeds::PROGRAM_STATE),
            upgrade_authority: of_multisig(seeds::UPGRADE_AUTHORITY),
            migration_authority: of_multisig(seeds::MIGRATION_AUTHORITY),
            accounts: std::array::from_fn(|account| named(&format!("account {account} of program {place}"))),
        }
    }
}
