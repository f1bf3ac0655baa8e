//! Drawing the next step: mostly one that may well succeed, often one that just misses, sometimes nonsense.

use rand::seq::IndexedRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use windlass_rules::migration::ROLLBACK_WINDOW;
use windlass_rules::migration_plan::Side;
use windlass_rules::pause::PAUSE_WINDOW;
use windlass_rules::proposal::Kind;

use crate::actors::{Actor, ACCOUNTS, ACTORS, BUFFERS, PROGRAMS};
use crate::code::{Code, Release};
use crate::ledger;
use crate::params::{params, timelock};
use crate::sensible::sensible;
use crate::step::{Call, Given, Plan, Step, Transaction};
use crate::world::{Governed, Setting, World};

const HOUR: i64 = 3_600;

pub fn step(rng: &mut ChaCha8Rng, world: &World, setting: &Setting) -> Step {
    if world.council.is_none() {
        let call = Call::InitializeMultisig { number: 0, payer: actor(rng), params: params(rng, 0.3) };
        return Step::Send(Transaction { name: 0, call, nested: false, durable_nonce: false });
    }
    match rng.random_range(0..100) {
        0..18 => Step::Wait(seconds(rng, world)),
        18..25 => upload(rng, world, setting),
        25..28 => Step::Begin {
            program: rng.random_range(0..PROGRAMS),
            account: rng.random_range(0..ACCOUNTS),
            side: if rng.random_bool(0.8) { Side::Old } else { Side::New },
            behaviour: behaviour(rng),
        },
        28 => Step::HandOver { program: rng.random_range(0..PROGRAMS) },
        29..88 => {
            let call = sensible(rng, world, setting.places).unwrap_or_else(|| anything(rng, world));
            Step::Send(spoiled(rng, call))
        }
        _ => {
            let call = anything(rng, world);
            Step::Send(spoiled(rng, call))
        }
    }
}

pub fn actor(rng: &mut ChaCha8Rng) -> Actor {
    rng.random_range(0..ACTORS)
}

fn seconds(rng: &mut ChaCha8Rng, world: &World) -> i64 {
    match rng.random_range(0..10) {
        0..4 => rng.random_range(0..600),
        4..6 => rng.random_range(600..12 * HOUR),
        _ => {
            let ahead: Vec<i64> = boundaries(world).into_iter().filter(|time| *time > world.now).collect();
            let pick = |rng: &mut ChaCha8Rng| ahead.choose(rng).map_or(60, |time| time - world.now);
            // The nearer one of two: time must not run away from what is under way.
            let nearer = pick(rng).min(pick(rng));
            (nearer + rng.random_range(-1..=1)).max(0)
        }
    }
}

/// When something begins or ends by time alone.
fn boundaries(world: &World) -> Vec<i64> {
    let Some(council) = &world.council else { return Vec::new() };
    let pause = &council.config.pause;
    let mut times = vec![pause.until, pause.recent[0] + PAUSE_WINDOW];
    for motion in world.motions.iter().filter(|motion| motion.rules.status.is_open()) {
        times.push(motion.rules.expires_at);
        if motion.rules.eta != 0 {
            // Executing is what the others have waited for.
            let eta = motion.rules.effective_eta(pause, world.now).unwrap_or(motion.rules.eta);
            times.extend([eta, eta, motion.rules.eta]);
            if motion.rules.kind == Kind::Rollback {
                times.extend([eta; 8]);
            }
        }
    }
    for state in world.programs.iter().filter_map(|governed| governed.state.as_ref()) {
        if state.rules.last_upgrade.is_some() {
            times.push(state.rules.last_upgrade_at + ROLLBACK_WINDOW);
        }
    }
    times
}

fn upload(rng: &mut ChaCha8Rng, world: &World, setting: &Setting) -> Step {
    let code = match rng.random_range(0..100) {
        0 => Code::exact(Release::Long),
        1..4 => Code::exact(Release::NoElf),
        4..55 => copy_of_running(&world.programs[rng.random_range(0..PROGRAMS)], setting),
        _ => Code::exact(Release::Number(rng.random_range(0..200))),
    };
    let tail = if rng.random_bool(0.93) { code.tail } else { rng.random_range(-1..20) };
    let free: Vec<usize> = (0..BUFFERS).filter(|buffer| !world.buffers.contains_key(buffer)).collect();
    let buffer = match free.choose(rng) {
        Some(buffer) if rng.random_bool(0.8) => *buffer,
        _ => rng.random_range(0..BUFFERS),
    };
    Step::Upload { buffer, authority: actor(rng), code: Code { tail, ..code } }
}

/// As long as a copy has to be that is kept.
fn copy_of_running(governed: &Governed, setting: &Setting) -> Code {
    let code = Code::exact(governed.running.release);
    let needed = governed.state.as_ref().map_or(0, |state| state.code_len as usize);
    let lacking = needed.saturating_sub(setting.codes.bytes(code).len());
    Code { tail: i8::try_from(lacking).unwrap_or(0), ..code }
}

fn behaviour(rng: &mut ChaCha8Rng) -> u8 {
    let misbehaves = [
        ledger::CHANGES_OWNER,
        ledger::CHANGES_A_MAPPED_BYTE,
        ledger::TAKES_THE_WRONG_SIZE,
        ledger::TOUCHES_NOTHING,
    ];
    match rng.random_range(0..10) {
        0 => *misbehaves.choose(rng).unwrap_or(&0),
        1 => *misbehaves.choose(rng).unwrap_or(&0) | ledger::IN_REVERT,
        _ => 0,
    }
}

pub fn accounts(rng: &mut ChaCha8Rng) -> Vec<usize> {
    (0..rng.random_range(1..4)).map(|_| rng.random_range(0..ACCOUNTS)).collect()
}

pub fn plan(rng: &mut ChaCha8Rng) -> Option<Plan> {
    match rng.random_range(0..20) {
        0 => Some(Plan::Leaky),
        1 => Some(Plan::Empty),
        2..14 => {
            let may_strand = *[0, 0, 1, 1_000].choose(rng).unwrap_or(&0);
            Some(Plan::Good { may_strand, receipts: rng.random_bool(0.5) })
        }
        _ => None,
    }
}

fn given(rng: &mut ChaCha8Rng) -> Given {
    match rng.random_range(0..10) {
        0 => Given::Missing,
        1..3 => Given::Other,
        _ => Given::Right,
    }
}

/// With a flaw, now and then.
fn spoiled(rng: &mut ChaCha8Rng, mut call: Call) -> Transaction {
    if rng.random_bool(0.12) {
        match &mut call {
            Call::ApproveUpgrade { member, reads, state, tracker, .. } => match rng.random_range(0..4) {
                0 => *member = actor(rng),
                1 => *reads = false,
                2 => *state = false,
                _ => *tracker = given(rng),
            },
            Call::RevokeApproval { member, state, tracker, .. }
            | Call::CancelUpgrade { member, state, tracker, .. } => match rng.random_range(0..3) {
                0 => *member = actor(rng),
                1 => *state = false,
                _ => *tracker = given(rng),
            },
            Call::ExpireProposal { state, tracker, .. } => match rng.random_range(0..2) {
                0 => *state = false,
                _ => *tracker = given(rng),
            },
            Call::ExecuteUpgrade { spill, .. } => *spill = given(rng),
            Call::RollbackUpgrade { spill, tracker, .. } => match rng.random_range(0..2) {
                0 => *spill = given(rng),
                _ => *tracker = given(rng),
            },
            Call::ExecuteTransfer { new_authority, .. } => *new_authority = given(rng),
            Call::RetireRollback { recipient, .. } | Call::ReclaimBuffer { recipient, .. } => {
                *recipient = given(rng);
            }
            Call::CloseAccountVersion { payer, .. } => *payer = given(rng),
            Call::KeepRollbackBuffer { authority, .. } => *authority = actor(rng),
            Call::ProposeUpgrade { honest, proposer, .. } => match rng.random_range(0..2) {
                0 => *honest = false,
                _ => *proposer = actor(rng),
            },
            _ => {}
        }
    }
    let (nested, durable_nonce) = (rng.random_bool(0.03), rng.random_bool(0.02));
    Transaction { name: 0, call, nested, durable_nonce }
}

/// Any instruction about anything.
fn anything(rng: &mut ChaCha8Rng, world: &World) -> Call {
    let count = world.motions.len() as u64;
    let id = match rng.random_range(0..2) {
        0 => rng.random_range(1..=count.max(1)),
        _ => count.saturating_sub(rng.random_range(0..6)).max(1),
    };
    let tracked: Vec<u64> = world.trackers.keys().copied().collect();
    let migrated = tracked.choose(rng).copied().unwrap_or(id);
    let program = rng.random_range(0..PROGRAMS);
    let (executor, state, tracker) = (actor(rng), rng.random_bool(0.95), given(rng));
    let buffer = rng.random_range(0..BUFFERS);
    match rng.random_range(0..26) {
        0 => Call::InitializeMultisig {
            number: rng.random_range(0..30),
            payer: executor,
            params: params(rng, 0.4),
        },
        1 => Call::RegisterProgram {
            program,
            authority: executor,
            payer: actor(rng),
            timelock: timelock(rng, 0.2),
        },
        2 => Call::RegisterReleasedProgram { program, authority: executor, timelock: timelock(rng, 0.2) },
        3 => Call::ProposeUpgrade {
            program,
            buffer,
            proposer: executor,
            payer: actor(rng),
            honest: rng.random_bool(0.9),
            no_rollback: rng.random_bool(0.5),
            plan: plan(rng),
        },
        4 => Call::ProposeRollback { program, proposer: executor, payer: actor(rng) },
        5 => Call::ProposeConfig { proposer: executor, payer: actor(rng), params: params(rng, 0.3) },
        6 => Call::ProposeTransfer {
            program,
            proposer: executor,
            payer: actor(rng),
            new_authority: rng.random_bool(0.8).then(|| actor(rng)),
        },
        7 => Call::VerifyBuffer { id },
        8 => Call::ApproveUpgrade { id, member: executor, reads: rng.random_bool(0.9), state, tracker },
        9 => Call::RevokeApproval { id, member: executor, state, tracker },
        10 => Call::CancelUpgrade { id, member: executor, state, tracker },
        11 => Call::ExpireProposal { id, state, tracker },
        12 => Call::ExecuteUpgrade { id, executor, spill: given(rng) },
        13 => Call::ExecuteConfig { id, executor },
        14 => Call::ExecuteTransfer { id, executor, new_authority: given(rng) },
        15 => Call::KeepRollbackBuffer { id, buffer, authority: executor },
        16 => Call::RollbackUpgrade { id, executor, spill: given(rng), tracker },
        17 => Call::RetireRollback { id, recipient: given(rng) },
        18 => Call::ReclaimBuffer { id, recipient: given(rng) },
        19 => Call::PauseSystem { guard: executor, seconds: pause_length(rng) },
        20 => Call::ResumeSystem { signer: executor },
        21 => Call::StartMigration { id, payer: executor },
        22 => Call::MigrateAccount { id: migrated, payer: executor, accounts: accounts(rng) },
        23 => Call::RevertAccount { id: migrated, payer: executor, accounts: accounts(rng) },
        24 => Call::FinalizeMigration { id: migrated },
        _ => Call::CloseAccountVersion {
            id: migrated,
            account: rng.random_range(0..ACCOUNTS),
            payer: given(rng),
        },
    }
}

pub fn pause_length(rng: &mut ChaCha8Rng) -> i64 {
    let lengths = [0, 1, HOUR, 24 * HOUR, 72 * HOUR, 72 * HOUR + 1];
    *lengths.choose(rng).unwrap_or(&HOUR)
}
