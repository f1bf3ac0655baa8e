//! Explore a scope: `windlass-model MEMBERS PROPOSALS [PAUSES] [--minutes N] [--threads N] [--apart]
//! [--idles N] [--voting-hours N] [--only PLACE,PLACE...]`; the last are places in the scope's subjects.
//!
//! Prints states, depth and seconds, and whether the search was complete; fails with the shortest way to a violation.
//! Until then, how far it is (to the error output, every ten seconds).

use std::time::{Duration, Instant};

use stateright::{Checker, Model};
use windlass_model::scope::Scope;

/// Wait for the search to end, or for its time: Stateright's own limit does not stop a search by one thread.
fn until_done_or(limit: Option<Duration>, search: &impl Checker<Scope>) -> Duration {
    const POLL: Duration = Duration::from_millis(100);
    const REPORT: Duration = Duration::from_secs(10);
    let start = Instant::now();
    let mut next_report = REPORT;
    while !search.is_done() && limit.is_none_or(|limit| start.elapsed() < limit) {
        std::thread::sleep(POLL);
        if start.elapsed() >= next_report {
            next_report += REPORT;
            let (states, seconds) = (search.unique_state_count(), start.elapsed().as_secs_f64());
            let rate = states as f64 / seconds;
            eprintln!("{seconds:.0} s: {states} states, depth {}, {rate:.0} states/s", search.max_depth());
        }
    }
    start.elapsed()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let numbers: Vec<u8> = arguments.iter().map_while(|argument| argument.parse().ok()).collect();
    let (members, proposals) = match numbers[..] {
        [members, proposals, ..] if (3..=4).contains(&members) && proposals > 0 => (members, proposals),
        _ => panic!("expected MEMBERS (3 or 4) and PROPOSALS, such as 3 2"),
    };
    let mut scope = Scope::new(members, proposals);
    scope.pauses = numbers.get(2).copied().unwrap_or(scope.pauses);
    scope.idles = option("--idles").unwrap_or(0) as u8;
    scope.symmetric = !arguments.iter().any(|argument| argument == "--apart");
    if let Some(hours) = option("--voting-hours") {
        scope.voting_period = 3_600 * hours as i64;
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--only") {
        let chosen = arguments.get(at + 1).map_or("", String::as_str).split(',');
        let subjects = chosen.filter_map(|place| scope.subjects.get(place.parse::<usize>().ok()?).copied());
        scope.subjects = subjects.collect::<Vec<_>>().leak();
    }
    let threads = option("--threads").unwrap_or(2) as usize;
    let limit = option("--minutes").map(|minutes| Duration::from_secs(60 * minutes));
    let checked = scope.checker().threads(threads).spawn_bfs();
    let seconds = until_done_or(limit, &checked);
    let complete = checked.is_done();
    println!(
        "{members} members, {proposals} proposals: {} states ({} reached), depth {}, {:.1} s, {}",
        checked.unique_state_count(),
        checked.state_count(),
        checked.max_depth(),
        seconds.as_secs_f64(),
        if complete { "complete" } else { "out of time" },
    );
    for (name, path) in checked.discoveries() {
        if checked.discovery_classification(name).to_string() == "counterexample" {
            println!("NOT TRUE: {name}\n  {:?}", path.into_actions());
        }
    }
    if complete {
        checked.assert_properties();
    }
}
