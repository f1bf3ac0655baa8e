//! Drawing a multisig's params: such as may be, or with one flaw.

use rand::seq::{IndexedRandom, SliceRandom};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use windlass_rules::roles;

use crate::actors::{ACTORS, VAULT};
use crate::step::Params;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// `flawed`: how likely it has a flaw.
pub fn params(rng: &mut ChaCha8Rng, flawed: f64) -> Params {
    let mut actors: Vec<usize> = (0..ACTORS).collect();
    actors.shuffle(rng);
    actors.truncate(rng.random_range(2..=6));
    if rng.random_bool(0.3) && !actors.contains(&VAULT) {
        actors.push(VAULT);
    }
    let mut members: Vec<(usize, u8)> =
        actors.into_iter().map(|actor| (actor, rng.random_range(1..=roles::ALL))).collect();
    // Enough can be done by somebody.
    members[0].1 |= roles::PROPOSE | roles::APPROVE;
    members[1].1 |= roles::PROPOSE | roles::GUARD;
    let approvers = members.iter().filter(|(_, held)| held & roles::APPROVE != 0).count() as u8;
    let threshold = rng.random_range(1..=approvers.min(3));
    let mut params = Params {
        threshold,
        cancel_threshold: rng.random_range(approvers - threshold + 1..=approvers),
        emergency_threshold: rng.random_range(threshold..=approvers),
        timelock: *[2 * DAY, 2 * DAY, 2 * DAY, 2 * DAY + 1, 5 * DAY, 14 * DAY + 1]
            .choose(rng)
            .unwrap_or(&DAY),
        rollback_delay: *[60, 60, HOUR, DAY, 8 * DAY].choose(rng).unwrap_or(&DAY),
        grace_period: *[14 * DAY, 14 * DAY, 22 * DAY, 30 * DAY].choose(rng).unwrap_or(&DAY),
        voting_period: *[HOUR, 2 * DAY, 7 * DAY, 7 * DAY, 7 * DAY].choose(rng).unwrap_or(&DAY),
        members,
    };
    if rng.random_bool(flawed) {
        flaw(rng, &mut params);
    }
    params
}

fn flaw(rng: &mut ChaCha8Rng, params: &mut Params) {
    let number = |rng: &mut ChaCha8Rng| *[0, 1, 7, 255].choose(rng).unwrap_or(&0);
    let duration = |rng: &mut ChaCha8Rng| {
        let times =
            [i64::MIN, -1, 0, 59, HOUR - 1, 2 * DAY - 1, 7 * DAY + 1, 14 * DAY - 1, 30 * DAY + 1, i64::MAX];
        *times.choose(rng).unwrap_or(&0)
    };
    match rng.random_range(0..10) {
        0 => params.members.clear(),
        1 => params.members.push(params.members[0]),
        2 => params.members[0].1 = *[0, 8, 255].choose(rng).unwrap_or(&0),
        3 => params.members.iter_mut().for_each(|member| member.1 = roles::APPROVE),
        4 => params.threshold = number(rng),
        5 => params.cancel_threshold = number(rng),
        6 => params.emergency_threshold = number(rng),
        7 => params.timelock = duration(rng),
        8 => params.grace_period = duration(rng),
        _ if rng.random_bool(0.5) => params.voting_period = duration(rng),
        _ => params.rollback_delay = duration(rng),
    }
}

/// A program's own timelock.
pub fn timelock(rng: &mut ChaCha8Rng, flawed: f64) -> i64 {
    if rng.random_bool(flawed) {
        return *[-1, 1, 2 * DAY - 1, 30 * DAY + 1, i64::MAX].choose(rng).unwrap_or(&1);
    }
    *[0, 0, 0, 2 * DAY, 3 * DAY].choose(rng).unwrap_or(&0)
}
