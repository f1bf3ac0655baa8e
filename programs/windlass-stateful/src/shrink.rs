//! Leaving out steps for as long as what is left still fails: the shortest list says best what went wrong.

use crate::step::Step;

/// The shortest list found in so many attempts, and what `fails` says of it.
pub fn shrink(
    mut steps: Vec<Step>,
    mut why: String,
    attempts: usize,
    fails: impl Fn(&[Step]) -> Option<(usize, String)>,
) -> (Vec<Step>, String) {
    let mut tried = 0;
    let mut size = steps.len().div_ceil(2);
    while size > 0 && tried < attempts {
        let mut shorter = false;
        let mut from = 0;
        while from < steps.len() && tried < attempts {
            tried += 1;
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
