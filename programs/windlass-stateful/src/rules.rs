//! The rules that the model asks. A test puts another in the place of one of them, to see that it is noticed.

use windlass_rules::approve::{approve, Approval, Approved};
use windlass_rules::cancel::{cancel, CancelVote};
use windlass_rules::config::Config;
use windlass_rules::execute::{execute, Executed, Execution};
use windlass_rules::pause::{pause, Pause};
use windlass_rules::program::Program;
use windlass_rules::proposal::Proposal;
use windlass_rules::revoke::{revoke, Revoked};
use windlass_rules::{Key, RuleError};

type Approve = fn(&Config, Option<&Program>, &Proposal, &Approval) -> Result<Approved, RuleError>;
type Execute = fn(&Config, &Program, &Proposal, &Execution) -> Result<Executed, RuleError>;

#[derive(Clone, Copy)]
pub struct Rules {
    pub approve: Approve,
    pub revoke: fn(&Config, &Proposal, &Key) -> Result<Revoked, RuleError>,
    pub cancel: fn(&Config, &Proposal, &Key) -> Result<CancelVote, RuleError>,
    pub execute: Execute,
    pub pause: fn(&Config, &Key, i64, i64) -> Result<Pause, RuleError>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { approve, revoke, cancel, execute, pause }
    }
}
