//! Life after life from one seed, until enough was tried or something disagrees.

use std::fmt;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::actors::Places;
use crate::chain::Chain;
use crate::code::Codes;
use crate::life::Life;
use crate::rules::Rules;
use crate::shrink::shrink;
use crate::step::Step;
use crate::tally::Tally;
use crate::world::Setting;

/// Steps of one life.
const STEPS: u32 = 1_500;

/// The chain before anything happened, and all addresses and codes.
pub struct Ground {
    pub places: Places,
    pub codes: Codes,
    pub chain: Chain,
    /// How often a failing list of steps is tried with fewer of them.
    pub attempts: usize,
}

impl Ground {
    /// From the programs that are built in this repository.
    pub fn new() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (built, tests) =
            (here.join("../windlass_programs/built"), here.join("../../tests/programs/built"));
        let places = Places::default();
        let elf = std::fs::read(tests.join("ledger.so")).expect("ledger.so is built");
        let codes = Codes::new(elf, &places.multisig.address);
        let chain = Chain::new(&places, &codes, &built, &tests);
        Self { places, codes, chain, attempts: 600 }
    }
}

impl Default for Ground {
    fn default() -> Self {
        Self::new()
    }
}

/// The chain and the model disagree, or an invariant is broken.
#[derive(Debug)]
pub struct Disagreement {
    pub seed: u64,
    pub life: u64,
    /// Steps after which it was seen.
    pub after: usize,
    pub why: String,
    /// The shortest list of steps that was found to end in a disagreement.
    pub steps: Vec<Step>,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        let Self { seed, life, after, why, steps } = self;
        writeln!(to, "Seed {seed}, life {life}, after {after} steps; shortened to {}:", steps.len())?;
        for step in steps {
            writeln!(to, "    {step:?}")?;
        }
        writeln!(to, "The last one: {why}")?;
        write!(to, "To see it again: make stateful SEED={seed} LIFE={life}")
    }
}

/// Live from `first` on, until `done` says so after a life.
///
/// # Errors
/// The first disagreement.
pub fn run(
    ground: &Ground,
    rules: Rules,
    seed: u64,
    first: u64,
    mut done: impl FnMut(u64, &Tally) -> bool,
) -> Result<Tally, Box<Disagreement>> {
    let setting = Setting { places: &ground.places, codes: &ground.codes, rules };
    let mut tally = Tally::default();
    for number in first.. {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        let mut life = Life::new(&setting, &ground.chain);
        let mut steps = Vec::with_capacity(STEPS as usize);
        for name in 0..STEPS {
            let step = life.draw(&mut rng, name);
            steps.push(step.clone());
            if let Err(why) = take(&mut life, &step, &mut tally) {
                return Err(disagreement(ground, &setting, seed, number, steps, why));
            }
        }
        if let Err(why) = life.end() {
            return Err(disagreement(ground, &setting, seed, number, steps, why));
        }
        if done(number, &tally) {
            break;
        }
    }
    Ok(tally)
}

/// A panic of the model is a disagreement like any other.
fn take(life: &mut Life, step: &Step, tally: &mut Tally) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| life.step(step, tally))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("the model panicked: {}", text.unwrap_or_default()))
    })
}

/// Where and why these steps fail, if they do.
pub fn fails(ground: &Ground, setting: &Setting, steps: &[Step]) -> Option<(usize, String)> {
    let mut life = Life::new(setting, &ground.chain);
    let mut tally = Tally::default();
    for (at, step) in steps.iter().enumerate() {
        if let Err(why) = take(&mut life, step, &mut tally) {
            return Some((at, why));
        }
    }
    life.end().err().map(|why| (steps.len(), why))
}

fn disagreement(
    ground: &Ground,
    setting: &Setting,
    seed: u64,
    life: u64,
    steps: Vec<Step>,
    why: String,
) -> Box<Disagreement> {
    let after = steps.len();
    let (steps, why) = shrink(steps, why, ground.attempts, |steps| fails(ground, setting, steps));
    Box::new(Disagreement { seed, life, after, why, steps })
}
