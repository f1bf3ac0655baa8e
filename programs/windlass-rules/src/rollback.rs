//! Going back to the code before the last upgrade: to a copy that was compared with it byte for byte while it ran, and
//! to nothing else.

use crate::config::{check, Config};
use crate::execute::{execute_kind, next_version, Executed, Execution};
use crate::migration::Migration;
use crate::program::Program;
use crate::proposal::{Kind, Proposal};
use crate::transitions::{next, Action, Status};
use crate::{Key, RuleError};

/// The upgrade that is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    pub proposal: Key,
    pub status: Status,
    /// Accounts that it was voted may be left in the new layout.
    pub may_strand: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RolledBack {
    /// Of the rollback and the program.
    pub executed: Executed,
    /// Of the upgrade.
    pub upgrade_status: Status,
}

/// May a copy of the running code be kept for this upgrade? Its bytes are compared by the caller.
pub fn keep(config: &Config, program: &Program, proposal: &Proposal) -> Result<Status, RuleError> {
    check(proposal.kind == Kind::Upgrade, RuleError::InvalidState)?;
    let status = next(Some(proposal.status), Action::KeepRollbackBuffer)?;
    proposal.require_fresh(config, Some(program))?;
    check(program.slot == Some(proposal.address) && !proposal.no_rollback, RuleError::InvalidState)?;
    check(proposal.kept_version.is_none(), RuleError::RollbackBufferKept)?;
    Ok(status)
}

/// Roll `upgrade` back. `migration`: the running version's, if it was started.
pub fn roll_back(
    config: &Config,
    program: &Program,
    proposal: &Proposal,
    upgrade: &Undone,
    migration: Option<&Migration>,
    execution: &Execution,
) -> Result<RolledBack, RuleError> {
    let status = execute_kind(Kind::Rollback, config, Some(program), proposal, execution)?;
    check(execution.now < program.rollback_window_ends()?, RuleError::RollbackWindowOver)?;
    let is_last = program.last_upgrade == Some(upgrade.proposal);
    check(program.kept.is_some() && is_last, RuleError::NothingToRollBack)?;
    let upgrade_status = next(Some(upgrade.status), Action::RollBack)?;
    let stranded = migration.map_or(0, Migration::stranded);
    check(stranded <= upgrade.may_strand, RuleError::RollbackStrandsAccounts)?;
    Ok(RolledBack { executed: Executed { status, version: next_version(program)? }, upgrade_status })
}
