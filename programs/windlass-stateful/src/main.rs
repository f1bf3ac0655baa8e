//! windlass-stateful [--seed N] [--life N] [--seconds N] [--transitions N] [--least N]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use windlass_stateful::idl;
use windlass_stateful::rules::Rules;
use windlass_stateful::run::{run, Ground};

const HELP: &str = "\
Random lives of a multisig on the built program, compared step by step with the rules.

    --seed N          of everything that is drawn (1)
    --life N          this life alone
    --seconds N       at least so long (60, unless --transitions says how much)
    --transitions N   at least so many instructions sent
    --least N         each instruction has to succeed and to be refused so often (100 with --transitions, otherwise 0:
                      how much is done in a time is the machine's)

    windlass-stateful --seed 7 --seconds 60
    windlass-stateful --transitions 1000000
Exit code 1: a disagreement, with its seed and the fewest steps found; or an instruction was tried too seldom.";

#[derive(Default)]
struct Arguments {
    seed: Option<u64>,
    life: Option<u64>,
    seconds: Option<u64>,
    transitions: Option<u64>,
    least: Option<u64>,
}

fn parse(given: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    let mut given = given;
    while let Some(name) = given.next() {
        let place = match name.as_str() {
            "--seed" => &mut arguments.seed,
            "--life" => &mut arguments.life,
            "--seconds" => &mut arguments.seconds,
            "--transitions" => &mut arguments.transitions,
            "--least" => &mut arguments.least,
            _ => return Err(format!("There is no {name}: see --help")),
        };
        let value = given.next().ok_or_else(|| format!("{name} needs a number after it"))?;
        *place = Some(value.parse().map_err(|_| format!("{name} needs a number, not {value}"))?);
    }
    Ok(arguments)
}

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if given.iter().any(|argument| argument == "--help") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let arguments = match parse(given.into_iter()) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    explore(&arguments)
}

fn explore(arguments: &Arguments) -> ExitCode {
    let seed = arguments.seed.unwrap_or(1);
    let transitions = arguments.transitions.unwrap_or(0);
    let seconds = arguments.seconds.unwrap_or(if transitions == 0 { 60 } else { 0 });
    let ground = Ground::new();
    let began = Instant::now();
    let mut told = began;
    let result = run(&ground, Rules::default(), seed, arguments.life.unwrap_or(0), |life, tally| {
        if told.elapsed() > Duration::from_secs(10) {
            told = Instant::now();
            let rate = tally.transitions() as f64 / began.elapsed().as_secs_f64();
            eprintln!("{} transitions in {} lives, {rate:.0} a second", tally.transitions(), life + 1);
        }
        let enough = tally.transitions() >= transitions && began.elapsed().as_secs() >= seconds;
        arguments.life.is_some() || enough
    });
    let tally = match result {
        Ok(tally) => tally,
        Err(disagreement) => {
            println!("{disagreement}");
            return ExitCode::FAILURE;
        }
    };
    println!("{tally}");
    let (sent, took) = (tally.transitions(), began.elapsed().as_secs_f64());
    println!(
        "Seed {seed}: {sent} transitions in {took:.0} s, {:.0} a second, no disagreement.",
        sent as f64 / took
    );
    let least = arguments.least.unwrap_or(if transitions > 0 { 100 } else { 0 });
    let instructions = idl::instructions();
    let seldom = tally.seldom(&instructions, least);
    if seldom.is_empty() {
        println!(
            "Each of {} instructions succeeded and was refused {least} times or more.",
            instructions.len()
        );
        return ExitCode::SUCCESS;
    }
    println!("Not both succeeded and refused {least} times: {}", seldom.join(", "));
    ExitCode::FAILURE
}
