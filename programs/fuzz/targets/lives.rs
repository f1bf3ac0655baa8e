//! Any actions of anybody in any order, with any time between them: what the model checks in every state of small scopes
//! on the boundaries holds with more proposals, longer timelocks, more pauses, and off the boundaries as well.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass_model::action::{actions, Action};
use windlass_model::apply::apply;
use windlass_model::judge::judge;
use windlass_model::possible;
use windlass_model::scope::{Scope, DAY, HOUR};
use windlass_model::state::State;
use windlass_model::time::{next_moment, settle, wait};

/// From the first four bytes: members, the multisig's timelock and the program's (2 to 30 days), the voting period.
fn scope(&[members, timelock, program_timelock, voting]: &[u8; 4]) -> Scope {
    let days = |byte: u8| 2 * DAY + i64::from(byte) * 28 * DAY / 255;
    Scope {
        timelock: days(timelock),
        program_timelock: if program_timelock == 0 { 0 } else { days(program_timelock) },
        voting_period: (HOUR + i64::from(voting) * HOUR).min(7 * DAY),
        pauses: 8,
        pause_lengths: &[0, 1, HOUR, 3 * DAY, 3 * DAY + 1],
        ..Scope::new(3 + members % 2, 8)
    }
}

/// From three bytes: time, near a boundary or anywhere; an action that somebody tries; or one that is accepted, without
/// which few lives would get far.
fn step(scope: &Scope, state: &State, &[what, low, high]: &[u8; 3]) -> Option<State> {
    let number = u16::from_le_bytes([low, high]);
    match what {
        0..=23 => next_moment(state, scope).map(|seconds| wait(state, scope, seconds)),
        24..=35 => {
            let off = i64::from(low as i8) * if high < 128 { 1 } else { 60 };
            let seconds = next_moment(state, scope)?.saturating_add(off).max(1);
            Some(wait(state, scope, seconds))
        }
        36..=47 => Some(wait(state, scope, 1 + i64::from(number) * 40)),
        48..=111 => {
            let all = tried(scope, state);
            all.get(usize::from(number) % all.len()).and_then(|action| accepted(scope, state, action))
        }
        _ => {
            let all = tried(scope, state);
            let from = usize::from(number) % all.len();
            all[from..].iter().chain(&all[..from]).find_map(|action| accepted(scope, state, action))
        }
    }
}

fn tried(scope: &Scope, state: &State) -> Vec<Action> {
    let mut all = Vec::new();
    actions(state, scope, &mut all);
    all.retain(|action| !matches!(action, Action::Wait | Action::Idle));
    all
}

fn accepted(scope: &Scope, state: &State, action: &Action) -> Option<State> {
    let mut after = apply(state, scope, action)?;
    let violations = judge(scope, state, action, &after);
    assert!(violations == 0, "{action:?} was accepted and must never be: {violations:#x}\n{state:#?}");
    settle(&mut after, scope);
    Some(after)
}

fuzz_target!(|input: &[u8]| {
    let Some((head, mut rest)) = input.split_first_chunk() else { return };
    let scope = scope(head);
    let mut state = State::default();
    while let Some((bytes, left)) = rest.split_first_chunk() {
        rest = left;
        let Some(after) = step(&scope, &state, bytes) else { continue };
        state = after;
        assert!(possible::cancelled(&scope, &state), "enough members can always cancel\n{state:#?}");
        assert!(possible::executed(&scope, &state), "what is due can be executed\n{state:#?}");
        assert!(possible::outlasts_pauses(&scope, &state), "pauses leave time to execute\n{state:#?}");
        assert!(possible::rolled_back(&scope, &state), "an upgrade can be rolled back\n{state:#?}");
    }
});
