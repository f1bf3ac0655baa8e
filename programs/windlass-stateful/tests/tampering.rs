//! An account that is changed behind the program's back breaks the invariant that it should.

use anchor_lang::{AccountDeserialize, AccountSerialize};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use windlass::state::MultisigConfig;
use windlass_stateful::life::Life;
use windlass_stateful::rules::Rules;
use windlass_stateful::run::Ground;
use windlass_stateful::tally::Tally;
use windlass_stateful::world::Setting;

/// What is said of a life whose multisig is changed after 300 steps.
fn said(change: impl FnOnce(&mut MultisigConfig)) -> String {
    let ground = Ground::new();
    let setting = Setting { places: &ground.places, codes: &ground.codes, rules: Rules::default() };
    let mut life = Life::new(&setting, &ground.chain);
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut tally = Tally::default();
    for name in 0..300 {
        let step = life.draw(&mut rng, name);
        life.step(&step, &mut tally).unwrap();
    }
    life.chain_mut().tamper(ground.places.multisig.address, |data| {
        let mut multisig = MultisigConfig::try_deserialize(&mut &data[..]).unwrap();
        change(&mut multisig);
        multisig.try_serialize(&mut &mut data[..]).unwrap();
    });
    for name in 300..600 {
        let step = life.draw(&mut rng, name);
        if let Err(why) = life.step(&step, &mut tally) {
            return why;
        }
    }
    panic!("nothing was noticed");
}

#[test]
fn a_stream_whose_digest_is_anothers() {
    let why = said(|multisig| multisig.stream.digest[0] ^= 1);
    assert!(why.contains("each stream's number and digest"), "{why}");
}

#[test]
fn a_second_of_pause_that_nobody_paused() {
    let why = said(|multisig| multisig.accumulated_pause += 1);
    assert!(why.contains("accounted to the second"), "{why}");
}

#[test]
fn a_config_that_changed_twice() {
    let why = said(|multisig| multisig.config_seq += 2);
    assert!(why.contains("the config's number never falls") || why.contains("StaleProposal"), "{why}");
}

#[test]
fn a_floor_that_was_lowered() {
    let why = said(|multisig| multisig.voting_period = 3_599);
    assert!(why.contains("VotingPeriodOutOfRange"), "{why}");
}
