//! What this process has used so far, as Linux counts it in /proc.

use std::fs::read_to_string;
use std::time::Duration;

/// Processor time of all threads, in the program and in the kernel for it; None where there is no /proc.
pub fn processor_time() -> Option<Duration> {
    // proc(5): the 14th and the 15th number of `stat`, in hundredths of a second; names may hold blanks and brackets.
    let stat = read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut numbers = after_name.split_whitespace().skip(11);
    let (in_program, in_kernel): (u64, u64) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    Some(Duration::from_millis(10 * (in_program + in_kernel)))
}

/// Memory that it holds (bytes); None where there is no /proc.
pub fn resident() -> Option<u64> {
    let status = read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(1_024 * kilobytes)
}
