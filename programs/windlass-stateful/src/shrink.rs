//! Leaving out steps for as long as what is left still fails: the shortest list says best what went wrong.

use std::time::{Duration, Instant};

use crate::step::Step;

/// What `fails` says of the shortest list found within `patience`, and that list.
pub fn shrink(
    mut steps: Vec<Step>,
    mut why: String,
    patience: Duration,
    fails: impl Fn(&[Step]) -> Option<(usize, String)>,
) -> (Vec<Step>, String) {
    let began = Instant::now();
    let mut size = steps.len().div_ceil(2);
    while size > 0 && began.elapsed() < patience {
        let mut shorter = false;
        let mut from = 0;
        while from < steps.len() && began.elapsed() < patience {
            let until = steps.len().min(from + size);
            let rest = [&steps[..from], &steps[until..]].concat();
            match fails(&rest) {
                Some((at, reason)) => {
                    steps = rest;
                    steps.truncate(at + 1);
                    (why, shorter) = (reason, true);
                }
                None => from += size,
            }
        }
        // Leaving out one can make another needless.
        size = if size == 1 && shorter { 1 } else { size / 2 };
    }
    (steps, why)
}
