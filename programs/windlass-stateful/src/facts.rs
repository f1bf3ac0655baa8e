//! What the chain says, read from its accounts alone.

use std::rc::Rc;

use anchor_lang::prelude::Pubkey;
use anchor_lang::AccountDeserialize;
use solana_account::ReadableAccount;
use windlass::state::{MigrationTracker, MultisigConfig, ProgramUpgradeState, UpgradeProposal};
use windlass_rules::loader::{buffer_of, upgrade_authority_of};

use crate::actors::{Places, PROGRAMS};
use crate::chain::Chain;

#[derive(Clone)]
pub struct Facts {
    pub multisig: Option<Rc<MultisigConfig>>,
    pub programs: [Option<Rc<ProgramUpgradeState>>; PROGRAMS],
    /// By id, the first at 0.
    pub proposals: Vec<Rc<UpgradeProposal>>,
    pub trackers: [Option<Rc<MigrationTracker>>; PROGRAMS],
    /// In each ProgramData.
    pub authorities: [Option<Pubkey>; PROGRAMS],
}

impl Facts {
    pub fn new(chain: &Chain, places: &Places) -> Self {
        let nothing = Self {
            multisig: None,
            programs: [const { None }; PROGRAMS],
            proposals: Vec::new(),
            trackers: [const { None }; PROGRAMS],
            authorities: [None; PROGRAMS],
        };
        nothing.after(chain, places, &[])
    }

    /// After a step that can have changed these proposals.
    pub fn after(&self, chain: &Chain, places: &Places, touched: &[u64]) -> Self {
        let multisig: Option<Rc<MultisigConfig>> = read(chain, &places.multisig.address);
        let mut proposals = self.proposals.clone();
        let count = multisig.as_ref().map_or(0, |multisig| multisig.proposal_count);
        let made = proposals.len() as u64 + 1..=count;
        for id in touched.iter().copied().filter(|id| *id <= count).chain(made) {
            let Some(proposal) = read(chain, &places.proposal(id).address) else { continue };
            let place = usize::try_from(id - 1).expect("a few hundred proposals");
            if place < proposals.len() {
                proposals[place] = proposal;
            } else {
                proposals.push(proposal);
            }
        }
        let programs: [Option<Rc<ProgramUpgradeState>>; PROGRAMS] =
            std::array::from_fn(|program| read(chain, &places.programs[program].state.address));
        let tracker = |program: usize| read(chain, &programs[program].as_ref()?.migration?);
        let authority = |program: usize| {
            let data = chain.account(&places.programs[program].data)?;
            upgrade_authority_of(data.data()).ok().flatten().map(Pubkey::new_from_array)
        };
        Self {
            multisig,
            proposals,
            trackers: std::array::from_fn(tracker),
            authorities: std::array::from_fn(authority),
            programs,
        }
    }

    pub fn program_of(&self, proposal: &UpgradeProposal) -> Option<&ProgramUpgradeState> {
        self.programs.iter().flatten().find(|state| state.program == proposal.program).map(Rc::as_ref)
    }

    pub fn is_fresh(&self, proposal: &UpgradeProposal) -> bool {
        let config =
            self.multisig.as_ref().is_some_and(|multisig| multisig.config_seq == proposal.config_seq);
        config
            && self
                .program_of(proposal)
                .is_none_or(|state| state.version == proposal.base_version && !state.released)
    }
}

fn read<T: AccountDeserialize>(chain: &Chain, address: &Pubkey) -> Option<Rc<T>> {
    let account = chain.account(address)?;
    T::try_deserialize(&mut account.data()).ok().map(Rc::new)
}

/// A buffer's authority, if it is a buffer.
pub fn lock_of(chain: &Chain, buffer: &Pubkey) -> Option<Pubkey> {
    let (authority, _) = buffer_of(chain.account(buffer)?.data()).ok()?;
    authority.map(Pubkey::new_from_array)
}
