//! The program's slots: who is approved to change it, and what hangs on that.

use anchor_lang::prelude::*;

use crate::state::{MigrationTracker, ProgramUpgradeState, ProposalKind};

type Tracker<'info> = Option<Box<Account<'info, MigrationTracker>>>;

/// `proposal` was approved. Where that is a rollback, accounts go back from now on.
pub fn take_slot<'info>(
    program_state: &mut ProgramUpgradeState,
    tracker: &mut Tracker<'info>,
    kind: ProposalKind,
    proposal: Pubkey,
) -> Result<()> {
    if kind == ProposalKind::Rollback {
        if let Some(tracker) = MigrationTracker::of_running_version(program_state, tracker)? {
            tracker.revert()?;
        }
    }
    program_state.take_slot(kind, proposal);
    program_state.invariant()
}

/// `proposal` is not approved any more, if it ever was. Where it is an approved rollback, accounts go forward again.
pub fn free_slot<'info>(
    program_state: &mut ProgramUpgradeState,
    tracker: &mut Tracker<'info>,
    proposal: &Pubkey,
) -> Result<()> {
    if program_state.approved_rollback == Some(*proposal) {
        if let Some(tracker) = MigrationTracker::of_running_version(program_state, tracker)? {
            tracker.resume();
        }
    }
    program_state.free_slot_of(proposal);
    program_state.invariant()
}
