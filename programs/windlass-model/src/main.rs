//! Explore a scope: `windlass-model --help`.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use windlass_model::scope::{Scope, Subject, HOUR, MINUTE};
use windlass_model::search::{End, Progress, Search};
use windlass_model::usage;

const HELP: &str = "\
Look at every state that a multisig's life can come to within a scope, and check every property in it.

usage: windlass-model MEMBERS PROPOSALS [PAUSES] [options]

  MEMBERS            3 or 4
  PROPOSALS          made in a life, 1 to 8
  PAUSES             begun in a life (1)
  --minutes N        stop after so many minutes of processor time; clock time does not count
  --gigabytes N      stop once the process holds so much memory (9)
  --only N,N...      proposals of these subjects alone, by their numbers:
                     SUBJECTS
  --voting-hours N   the voting period (168)
  --delay-minutes N  the rollback delay (1)
  --idles N          jumps of a day and 7 seconds, to moments that no boundary is near (0)
  --apart            members and proposals that differ only by their names are not taken as one

Prints states, depth, processor time and memory, and whether there was no state left; how far it is every ten seconds
(to the error output). Exit code 1: a property does not hold; the shortest way there is printed. Code 2: wrong usage.

examples: windlass-model 3 2 0
          windlass-model 4 3 --minutes 60
          windlass-model 3 2 --only 1,2 --voting-hours 1 --delay-minutes 25";

struct Asked {
    scope: Scope,
    minutes: Option<u64>,
    gigabytes: u64,
}

fn help() -> String {
    let scope = Scope::new(3, 1);
    let numbered = scope.subjects.iter().enumerate().map(|(number, subject)| format!("{number} {subject:?}"));
    HELP.replace("SUBJECTS", &numbered.collect::<Vec<_>>().join("\n                     "))
}

/// What the command line asks for, or what is wrong with it.
fn asked(arguments: &[String]) -> Result<Asked, String> {
    let mut numbers = Vec::new();
    let (mut minutes, mut gigabytes, mut only, mut apart, mut idles) = (None, 9, None, false, 0);
    let (mut voting_hours, mut delay_minutes) = (None, None);
    let mut left = arguments.iter();
    while let Some(argument) = left.next() {
        let mut value = || left.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--apart" => apart = true,
            "--minutes" => minutes = Some(number(value()?)?),
            "--gigabytes" => gigabytes = number(value()?)?,
            "--voting-hours" => voting_hours = Some(number(value()?)?),
            "--delay-minutes" => delay_minutes = Some(number(value()?)?),
            "--idles" => idles = number(value()?)? as u8,
            "--only" => only = Some(value()?.split(',').map(number).collect::<Result<Vec<_>, _>>()?),
            other => numbers.push(number(other)? as u8),
        }
    }
    let (members, proposals, pauses) = match numbers[..] {
        [members @ 3..=4, proposals @ 1..=8] => (members, proposals, None),
        [members @ 3..=4, proposals @ 1..=8, pauses] => (members, proposals, Some(pauses)),
        _ => return Err("expected MEMBERS (3 or 4), PROPOSALS (1 to 8) and maybe PAUSES, as in 3 2 0".into()),
    };
    let mut scope = Scope::new(members, proposals);
    scope.pauses = pauses.unwrap_or(scope.pauses);
    (scope.idles, scope.symmetric) = (idles, !apart);
    if let Some(hours) = voting_hours {
        scope.voting_period = HOUR * hours as i64;
    }
    if let Some(minutes) = delay_minutes {
        scope.rollback_delay = MINUTE * minutes as i64;
    }
    if let Some(only) = only {
        let subject = |number: &u64| scope.subjects.get(*number as usize).copied();
        let chosen: Option<Vec<Subject>> = only.iter().map(subject).collect();
        let most = scope.subjects.len() - 1;
        scope.subjects = chosen.ok_or_else(|| format!("--only takes numbers from 0 to {most}"))?.leak();
    }
    Ok(Asked { scope, minutes, gigabytes })
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a number, got {text}"))
}

/// Says now and then how far a search is, and when its time or memory is used up.
struct Watch {
    minutes: Option<u64>,
    gigabytes: u64,
    start: Instant,
    next_report: Duration,
    /// Why the search was stopped.
    used_up: Option<&'static str>,
}

impl Watch {
    fn go_on(&mut self, progress: &Progress) -> bool {
        let spent = usage::processor_time().unwrap_or_default();
        if self.start.elapsed() >= self.next_report {
            self.next_report += Duration::from_secs(10);
            let rate = progress.states as f64 / spent.as_secs_f64();
            eprintln!("{}: {rate:.0} states/s", figures(progress, spent));
        }
        if self.minutes.is_some_and(|minutes| spent >= Duration::from_secs(60 * minutes)) {
            self.used_up = Some("out of time");
        } else if usage::resident().unwrap_or_default() >= self.gigabytes << 30 {
            self.used_up = Some("out of memory");
        }
        self.used_up.is_none()
    }
}

fn figures(progress: &Progress, spent: Duration) -> String {
    let gigabytes = usage::resident().unwrap_or_default() as f64 / f64::from(1 << 30);
    let Progress { states, reached, depth } = progress;
    let seconds = spent.as_secs_f64();
    format!("{states} states ({reached} reached), depth {depth}, {seconds:.1} s of processor time, {gigabytes:.2} GiB")
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{}", help());
        return ExitCode::SUCCESS;
    }
    let Asked { scope, minutes, gigabytes } = match asked(&arguments) {
        Ok(asked) => asked,
        Err(wrong) => {
            eprintln!("{wrong}; windlass-model --help says more");
            return ExitCode::from(2);
        }
    };
    if usage::processor_time().is_none() {
        eprintln!("processor time and memory are read from /proc, which is not there: run it on Linux");
        return ExitCode::from(2);
    }
    let mut watch = Watch {
        minutes,
        gigabytes,
        start: Instant::now(),
        next_report: Duration::from_secs(10),
        used_up: None,
    };
    let mut search = Search::new(&scope);
    let end = search.run(|progress| watch.go_on(progress));
    let spent = usage::processor_time().unwrap_or_default();
    let figures = figures(&search.progress(), spent);
    let (how, clock) = (watch.used_up.unwrap_or("complete"), watch.start.elapsed().as_secs_f64());
    print!("{} members, {} proposals, {} pauses: {figures}, ", scope.members, scope.proposals, scope.pauses);
    match end {
        End::Violated { property, path } => {
            println!("NOT TRUE: {property}\n  {path:?}");
            return ExitCode::FAILURE;
        }
        End::Complete { never } if !never.is_empty() => {
            println!("complete, but it never happened that {never:?}");
            return ExitCode::FAILURE;
        }
        End::Complete { .. } | End::Stopped => println!("{clock:.0} s by the clock, {how}, no violation"),
    }
    ExitCode::SUCCESS
}
