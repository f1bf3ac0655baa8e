//! Is the chain what the model's world is? Every account that the program owns is compared byte for byte.

use anchor_lang::prelude::Pubkey;
use anchor_lang::AccountSerialize;
use solana_account::ReadableAccount;
use windlass::state::{
    AccountVersion, MigrationTracker, MultisigConfig, ProgramUpgradeState, UpgradeProposal,
};
use windlass_rules::loader::{buffer_of, upgrade_authority_of, BUFFER_HEADER, PROGRAM_DATA_HEADER};

use crate::actors::{ACTORS, BUFFERS, PROGRAMS};
use crate::chain::Chain;
use crate::events::Told;
use crate::expected;
use crate::world::{borsh, buffer_rent, params_of, plan_of, rent, Motion, Setting, World};

pub struct Comparison<'a> {
    pub chain: &'a Chain,
    pub world: &'a World,
    pub told: &'a Told,
    pub setting: &'a Setting<'a>,
}

type Differs = Result<(), String>;

impl Comparison<'_> {
    /// What a step about these proposals can have changed.
    pub fn touched(&self, proposals: &[u64]) -> Differs {
        self.multisig()?;
        (0..PROGRAMS).try_for_each(|program| self.program(program))?;
        proposals.iter().try_for_each(|id| self.proposal(*id))?;
        let trackers = proposals.iter().chain(self.running_trackers()).copied();
        trackers.filter(|id| self.world.trackers.contains_key(id)).try_for_each(|id| self.tracker(id))?;
        self.funds()
    }

    /// Everything.
    pub fn all(&self) -> Differs {
        let all: Vec<u64> = self.world.motions.iter().map(|motion| motion.id).collect();
        self.touched(&all)?;
        for buffer in 0..BUFFERS {
            self.buffer(buffer)?;
        }
        for (program, account) in self.world.accounts.keys() {
            self.held(*program, *account)?;
        }
        for (id, account) in self.world.receipts.keys() {
            self.receipt(*id, *account)?;
        }
        (0..PROGRAMS).try_for_each(|program| self.code(program))
    }

    fn running_trackers(&self) -> impl Iterator<Item = &u64> {
        self.world.programs.iter().filter_map(|governed| governed.state.as_ref()?.migration.as_ref())
    }

    fn multisig(&self) -> Differs {
        let places = self.setting.places;
        let address = places.multisig.address;
        let stream = self.told.stream(&address);
        let account = self.world.council.as_ref().map(|council| expected::multisig(council, places, stream));
        self.owned("the multisig", &address, MultisigConfig::SPACE, account.as_ref())
    }

    fn program(&self, program: usize) -> Differs {
        let places = &self.setting.places;
        let of_program = &places.programs[program];
        let governed = &self.world.programs[program];
        let state = governed.state.as_ref().map(|state| expected::program_state(state, program, places));
        let name = format!("the state of program {program}");
        self.owned(&name, &of_program.state.address, ProgramUpgradeState::SPACE, state.as_ref())?;
        let data = self.chain.account(&of_program.data).ok_or("a program has no data")?;
        let authority = upgrade_authority_of(data.data()).map_err(|error| format!("{error:?}"))?;
        let expected = Some(governed.authority.to_bytes());
        same(&format!("the upgrade authority of program {program}"), &authority, &expected)
    }

    /// What the program runs, with all that lies behind it.
    fn code(&self, program: usize) -> Differs {
        let data = self.chain.account(&self.setting.places.programs[program].data);
        let data = data.ok_or("a program has no data")?.data();
        let code = self.setting.codes.bytes(self.world.programs[program].running);
        let (runs, rest) = data[PROGRAM_DATA_HEADER..].split_at(code.len());
        let equal = runs == &code[..] && rest.iter().all(|byte| *byte == 0);
        same(&format!("program {program} runs the code that was executed last"), &equal, &true)
    }

    fn proposal(&self, id: u64) -> Differs {
        let places = self.setting.places;
        let Some(motion) = self.world.motion(id) else { return Ok(()) };
        let account = expected::proposal(motion, places);
        let space = self.proposal_space(motion);
        self.owned(&format!("proposal {id}"), &places.proposal(id).address, space, Some(&account))
    }

    /// Members may be others by now: what the account has is what it was made with.
    fn proposal_space(&self, motion: &Motion) -> usize {
        let plan = borsh(&motion.plan.map(plan_of)).len();
        let config = motion.new_config.as_ref().map(|params| params_of(self.setting.places, params));
        UpgradeProposal::space(motion.seats, plan + borsh(&config).len())
    }

    fn tracker(&self, id: u64) -> Differs {
        let places = self.setting.places;
        let tracker = &self.world.trackers[&id];
        let address = places.tracker(tracker.program, id).address;
        let account = expected::tracker(self.world, id, places, self.told.stream(&address));
        let space = MigrationTracker::space(&account.plan).map_err(|error| error.to_string())?;
        self.owned(&format!("the tracker of proposal {id}"), &address, space, Some(&account))
    }

    fn receipt(&self, id: u64, account: usize) -> Differs {
        let places = self.setting.places;
        let receipt = expected::receipt(self.world, id, account, places);
        let address = places.receipt(&receipt.tracker, &receipt.account).address;
        let name = format!("the receipt of account {account} in the migration of proposal {id}");
        self.owned(&name, &address, AccountVersion::SPACE, Some(&receipt))
    }

    fn buffer(&self, place: usize) -> Differs {
        let name = format!("buffer {place}");
        let on_chain = self.chain.account(&self.setting.places.buffers[place]);
        let Some(buffer) = self.world.buffers.get(&place) else {
            return same(&name, &on_chain.is_none(), &true);
        };
        let account = on_chain.ok_or_else(|| format!("{name} is not there"))?;
        let (authority, code) = buffer_of(account.data()).map_err(|error| format!("{name}: {error:?}"))?;
        same(&format!("{name}'s authority"), &authority, &Some(buffer.authority.to_bytes()))?;
        let bytes = self.setting.codes.bytes(buffer.code);
        same(&format!("{name} holds its code"), &(code == &bytes[..]), &true)?;
        debug_assert_eq!(account.data().len(), BUFFER_HEADER + bytes.len());
        same(&format!("{name}'s lamports"), &account.lamports(), &buffer_rent(self.setting, buffer.code))
    }

    fn held(&self, program: usize, place: usize) -> Differs {
        let of_program = &self.setting.places.programs[program];
        let held = &self.world.accounts[&(program, place)];
        let name = format!("account {place} of program {program}");
        let account = self.chain.account(&of_program.accounts[place]);
        let account = account.ok_or_else(|| format!("{name} is not there"))?;
        same(&name, &account.data(), &&held.data[..])?;
        same(&format!("{name}'s lamports"), &account.lamports(), &held.lamports)?;
        same(&format!("{name}'s owner"), account.owner(), &of_program.program)
    }

    fn funds(&self) -> Differs {
        for actor in 0..ACTORS {
            let account = self.chain.account(&self.setting.places.actors[actor]);
            let lamports = account.map_or(0, |account| account.lamports());
            same(&format!("the lamports of actor {actor}"), &lamports, &self.world.funds[actor])?;
        }
        Ok(())
    }

    /// An account of the program, as long as it must be and holding just the rent of that.
    fn owned(
        &self,
        name: &str,
        address: &Pubkey,
        space: usize,
        expected: Option<&(impl AccountSerialize + std::fmt::Debug)>,
    ) -> Differs {
        let account = self.chain.account(address);
        let Some(expected) = expected else { return same(name, &account.is_none(), &true) };
        let account = account.ok_or_else(|| format!("{name} is not there"))?;
        same(&format!("{name}'s owner"), account.owner(), &windlass::ID)?;
        same(&format!("{name}'s length"), &account.data().len(), &space)?;
        same(&format!("{name}'s lamports"), &account.lamports(), &rent(space))?;
        let mut bytes = Vec::with_capacity(space);
        expected.try_serialize(&mut bytes).map_err(|error| error.to_string())?;
        if account.data().starts_with(&bytes) {
            return Ok(());
        }
        let at = account.data().iter().zip(&bytes).position(|(chain, model)| chain != model);
        Err(format!("{name} differs at byte {at:?} from what the model expects: {expected:#?}"))
    }
}

fn same<T: PartialEq + std::fmt::Debug>(name: &str, chain: &T, model: &T) -> Differs {
    if chain == model {
        Ok(())
    } else {
        Err(format!("{name}: on chain {chain:?}, in the model {model:?}"))
    }
}
