//! Giving buffers back to those who paid for them, once nothing can need them any more. Anyone may.

use crate::config::check;
use crate::program::Program;
use crate::proposal::{Kind, Proposal};
use crate::{Key, RuleError};

/// May the buffer of this proposal be closed? `reclaimed`: it was, and what lies at its address now is another's.
pub fn reclaim(proposal: &Proposal, reclaimed: bool) -> Result<(), RuleError> {
    check(proposal.kind == Kind::Upgrade && proposal.status.is_abandoned(), RuleError::InvalidState)?;
    check(!reclaimed, RuleError::BufferReclaimed)
}

/// May the copy that was kept for this upgrade, `buffer`, be closed? Once the upgrade cannot come any more; or it came,
/// and the copy was replaced, or its time is over, or the program left.
pub fn retire(program: &Program, proposal: &Proposal, buffer: &Key, now: i64) -> Result<(), RuleError> {
    check(!proposal.status.is_open(), RuleError::RollbackBufferInUse)?;
    let is_current = program.kept.is_some_and(|kept| kept.buffer == *buffer);
    let over = !is_current || program.released || now >= program.rollback_window_ends()?;
    check(proposal.status.is_abandoned() || over, RuleError::RollbackBufferInUse)
}
