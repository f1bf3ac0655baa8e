//! How often each instruction succeeded, and how often it was refused for what.

use std::collections::BTreeMap;
use std::fmt;

use crate::refusal::Refusal;
use crate::step::Call;

#[derive(Clone, Default)]
pub struct Tally {
    counts: BTreeMap<&'static str, Counts>,
}

#[derive(Clone, Default)]
struct Counts {
    succeeded: u64,
    refused: BTreeMap<String, u64>,
}

impl Tally {
    pub fn count(&mut self, call: &Call, refusal: Option<Refusal>) {
        let counts = self.counts.entry(call.name()).or_default();
        match refusal {
            None => counts.succeeded += 1,
            Some(refusal) => *counts.refused.entry(refusal.to_string()).or_default() += 1,
        }
    }

    pub fn transitions(&self) -> u64 {
        self.counts.values().map(|counts| counts.succeeded + counts.refused.values().sum::<u64>()).sum()
    }

    /// Of the named instructions, those that did not both succeed and get refused `often` enough.
    pub fn seldom<'a>(&self, names: &'a [String], often: u64) -> Vec<&'a str> {
        let enough = |name: &str| {
            self.counts.get(name).is_some_and(|counts| {
                counts.succeeded >= often && counts.refused.values().sum::<u64>() >= often
            })
        };
        names.iter().map(String::as_str).filter(|name| !enough(name)).collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        writeln!(to, "| instruction | succeeded | refused | with |")?;
        writeln!(to, "| --- | ---: | ---: | --- |")?;
        for (name, counts) in &self.counts {
            let mut with: Vec<(&String, &u64)> = counts.refused.iter().collect();
            with.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let refused: u64 = counts.refused.values().sum();
            let with: Vec<String> = with.iter().map(|(error, count)| format!("{error} {count}")).collect();
            writeln!(to, "| {name} | {} | {refused} | {} |", counts.succeeded, with.join(", "))?;
        }
        Ok(())
    }
}
