//! Changing the multisig's config: by a proposal like any other, so neither a threshold nor a time falls unseen.

use crate::config::Config;
use crate::execute::{execute_kind, Execution};
use crate::proposal::{Kind, Proposal};
use crate::transitions::Status;
use crate::RuleError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    pub status: Status,
    /// Every proposal made under another one is stale from now on.
    pub config_seq: u64,
}

/// `new` must be a config that may be, by the rules of now and not of when it was proposed.
pub fn change_config(
    config: &Config,
    new: &Config,
    proposal: &Proposal,
    execution: &Execution,
) -> Result<Changed, RuleError> {
    let status = execute_kind(Kind::Config, config, None, proposal, execution)?;
    new.validate()?;
    let config_seq = config.config_seq.checked_add(1).ok_or(RuleError::Overflow)?;
    Ok(Changed { status, config_seq })
}
