//! The rules as a table of functions, so that a test can put a broken one in and see that the checker finds it.

use windlass_rules::approve::{Approval, Approved};
use windlass_rules::cancel::CancelVote;
use windlass_rules::config::Config;
use windlass_rules::config_change::Changed;
use windlass_rules::execute::{Executed, Execution};
use windlass_rules::migration::{Migration, Start};
use windlass_rules::migration_plan::Side;
use windlass_rules::pause::Pause;
use windlass_rules::program::Program;
use windlass_rules::proposal::Proposal;
use windlass_rules::propose::{Proposed, Request};
use windlass_rules::revoke::Revoked;
use windlass_rules::rollback::{RolledBack, Undone};
use windlass_rules::transitions::Status;
use windlass_rules::{Key, RuleError};

type Answer<T> = Result<T, RuleError>;
type RollBack =
    fn(&Config, &Program, &Proposal, &Undone, Option<&Migration>, &Execution) -> Answer<RolledBack>;
type Finalize = fn(Migration, &Program, Status, i64) -> Answer<(Migration, Status)>;

/// Everything that the program asks before it writes.
#[derive(Clone, Copy)]
pub struct Rules {
    pub validate: fn(&Config) -> Answer<()>,
    pub propose: fn(&Config, Option<&Program>, &Request) -> Answer<Proposed>,
    pub approve: fn(&Config, Option<&Program>, &Proposal, &Approval) -> Answer<Approved>,
    pub revoke: fn(&Config, &Proposal, &Key) -> Answer<Revoked>,
    pub cancel: fn(&Config, &Proposal, &Key) -> Answer<CancelVote>,
    pub expire: fn(&Config, Option<&Program>, &Proposal, i64) -> Answer<Status>,
    pub execute: fn(&Config, &Program, &Proposal, &Execution) -> Answer<Executed>,
    pub change_config: fn(&Config, &Config, &Proposal, &Execution) -> Answer<Changed>,
    pub transfer: fn(&Config, &Program, &Proposal, &Execution) -> Answer<Status>,
    pub keep: fn(&Config, &Program, &Proposal) -> Answer<Status>,
    pub roll_back: RollBack,
    pub retire: fn(&Program, &Proposal, &Key, i64) -> Answer<()>,
    pub pause: fn(&Config, &Key, i64, i64) -> Answer<Pause>,
    pub resume: fn(&Pause, &Key, i64) -> Answer<Pause>,
    pub start: fn(&Program, &Start) -> Answer<Status>,
    pub require_open: fn(&Migration, &Program, Side, bool) -> Answer<()>,
    pub finalize: Finalize,
}

impl Default for Rules {
    /// Those that the program asks.
    fn default() -> Self {
        Self {
            validate: Config::validate,
            propose: windlass_rules::propose::propose,
            approve: windlass_rules::approve::approve,
            revoke: windlass_rules::revoke::revoke,
            cancel: windlass_rules::cancel::cancel,
            expire: windlass_rules::expire::expire,
            execute: windlass_rules::execute::execute,
            change_config: windlass_rules::config_change::change_config,
            transfer: windlass_rules::transfer::transfer,
            keep: windlass_rules::rollback::keep,
            roll_back: windlass_rules::rollback::roll_back,
            retire: windlass_rules::reclaim::retire,
            pause: windlass_rules::pause::pause,
            resume: windlass_rules::pause::resume,
            start: windlass_rules::migration::start,
            require_open: Migration::require_open,
            finalize: Migration::finalize,
        }
    }
}
