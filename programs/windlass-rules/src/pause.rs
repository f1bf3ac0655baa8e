//! A pause: one guard stops what is under way, for a short time, so that the others can look. It can only delay: it
//! never blocks what takes power away (cancel, revoke, expire) and never a rollback.

use crate::config::{check, Config};
use crate::{roles, Key, RuleError};

/// Seconds; 72 hours.
pub const MAX_PAUSE: i64 = 3 * 86_400;
/// Pauses that a multisig may begin in `PAUSE_WINDOW`, all guards together: 9 days of 30 leave every approved proposal
/// time within its grace of at least 14 days.
pub const MAX_PAUSES: usize = 3;
/// Seconds; 30 days.
pub const PAUSE_WINDOW: i64 = 30 * 86_400;

/// Unix seconds, and seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// 0: none.
    pub started_at: i64,
    /// When it runs out by itself.
    pub until: i64,
    /// The guard.
    pub by: Key,
    /// The length of all pauses that are over and settled.
    pub accumulated: i64,
    /// When the last ones started, the oldest first; 0: not that many yet.
    pub recent: [i64; MAX_PAUSES],
}

impl Pause {
    pub fn in_force(&self, now: i64) -> bool {
        self.started_at != 0 && now < self.until
    }

    /// Seconds that the multisig was paused until `now`, ever.
    pub fn elapsed(&self, now: i64) -> Result<i64, RuleError> {
        if self.started_at == 0 {
            return Ok(self.accumulated);
        }
        let current = now.min(self.until).checked_sub(self.started_at).ok_or(RuleError::Overflow)?;
        self.accumulated.checked_add(current.max(0)).ok_or(RuleError::Overflow)
    }

    pub fn require_running(&self, now: i64) -> Result<(), RuleError> {
        check(!self.in_force(now), RuleError::SystemPaused)
    }

    /// A pause is bounded, and so is how many of them there are.
    pub fn invariant(&self) -> Result<(), RuleError> {
        let none = self.started_at == 0 && self.until == 0 && self.by == [0; 32];
        let length = self.until.saturating_sub(self.started_at);
        let one = self.started_at > 0
            && (1..=MAX_PAUSE).contains(&length)
            && self.by != [0; 32]
            && self.recent.last() == Some(&self.started_at);
        let ordered =
            self.recent.iter().zip(self.recent.iter().skip(1)).all(|(earlier, later)| earlier <= later);
        check((none || one) && ordered && self.accumulated >= 0, RuleError::InvariantViolated)
    }
}

/// The pause after `guard` pauses for `seconds`. One that has run out is settled on the way.
pub fn pause(config: &Config, guard: &Key, seconds: i64, now: i64) -> Result<Pause, RuleError> {
    let before = &config.pause;
    config.require(guard, roles::GUARD)?;
    check((1..=MAX_PAUSE).contains(&seconds), RuleError::PauseOutOfRange)?;
    before.require_running(now)?;
    let [oldest, second, last] = before.recent;
    let old_enough = now.checked_sub(oldest).ok_or(RuleError::Overflow)? >= PAUSE_WINDOW;
    check(oldest == 0 || old_enough, RuleError::PauseLimit)?;
    Ok(Pause {
        started_at: now,
        until: now.checked_add(seconds).ok_or(RuleError::Overflow)?,
        by: *guard,
        accumulated: before.elapsed(now)?,
        recent: [second, last, now],
    })
}

/// The pause after `signer` resumes: the guard who paused at any time, anyone once it has run out.
pub fn resume(pause: &Pause, signer: &Key, now: i64) -> Result<Pause, RuleError> {
    check(pause.started_at != 0, RuleError::NotPaused)?;
    check(*signer == pause.by || !pause.in_force(now), RuleError::PauseNotOver)?;
    Ok(Pause { accumulated: pause.elapsed(now)?, recent: pause.recent, ..Pause::default() })
}
