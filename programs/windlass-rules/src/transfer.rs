//! Giving a program's upgrade authority away: by a proposal, and only to a key that signs for it.

use crate::config::{check, Config};
use crate::execute::{execute_kind, Execution};
use crate::program::Program;
use crate::proposal::{Kind, Proposal};
use crate::transitions::Status;
use crate::{Key, RuleError};

/// The new authority must be another than the present one, which is an address of this program.
pub fn check_new_authority(new: &Key, upgrade_authority: &Key) -> Result<(), RuleError> {
    check(*new != [0; 32] && new != upgrade_authority, RuleError::NewAuthorityInvalid)
}

/// The proposal's status once the program has left. Not in the middle of a migration: nobody could finish it.
pub fn transfer(
    config: &Config,
    program: &Program,
    proposal: &Proposal,
    execution: &Execution,
) -> Result<Status, RuleError> {
    let status = execute_kind(Kind::Transfer, config, Some(program), proposal, execution)?;
    check(!program.migration_open, RuleError::MigrationOpen)?;
    Ok(status)
}
