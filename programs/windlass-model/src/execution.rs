//! Executing a proposal of any kind by any of the four instructions, and what each writes.

use windlass_rules::execute::Execution;
use windlass_rules::proposal::Kind;
use windlass_rules::rollback::Undone;

use crate::action::Instruction;
use crate::scope::{proposal_key, Scope, Subject};
use crate::state::{State, NOW};

/// The proposal's own kind of instruction is the only one that may work; the program is given the others as well.
pub fn execute(
    state: &mut State,
    scope: &Scope,
    id: u8,
    instruction: Instruction,
    durable_nonce: bool,
) -> Option<()> {
    let buffer_len = state.proposal(id).rules(id).buffer_len;
    let execution = Execution { now: NOW, durable_nonce, buffer_len };
    match instruction {
        Instruction::ExecuteUpgrade => upgrade(state, scope, id, &execution),
        Instruction::RollbackUpgrade => roll_back(state, scope, id, &execution),
        Instruction::ExecuteConfig => change_config(state, scope, id, &execution),
        Instruction::ExecuteTransfer => transfer(state, scope, id, &execution),
    }
}

/// A transaction that leaves a closed proposal's invariant broken fails.
fn closed(state: &State, id: u8) -> Option<()> {
    state.proposals[usize::from(id)].rules(id).invariant().ok()
}

fn upgrade(state: &mut State, scope: &Scope, id: u8, execution: &Execution) -> Option<()> {
    let (config, program) = (state.rules(scope), state.program_rules(scope));
    let rules = state.proposal(id).rules(id);
    let executed = (scope.rules.execute)(&config, &program, &rules, execution).ok()?;
    state.close(id, executed.status)?;
    closed(state, id)?;
    let copy = state.proposal(id).kept;
    let program = &mut state.program;
    state.ghost.former_code = Some(program.code);
    state.ghost.upgraded_at = NOW;
    program.version = executed.version as u8;
    program.code = id + 1;
    program.last_upgrade_at = NOW;
    program.last_upgrade = Some(id);
    program.kept = copy.map(|(version, _)| (id, version));
    program.rollback_slot = None;
    program.migration = None;
    if program.slot == Some(id) {
        program.slot = None;
    }
    Some(())
}

fn roll_back(state: &mut State, scope: &Scope, id: u8, execution: &Execution) -> Option<()> {
    let (config, program) = (state.rules(scope), state.program_rules(scope));
    // The account's seeds: what it rolls back, by its own word.
    let upgrade = state.proposal(id).rolls_back?;
    let undone =
        Undone { proposal: proposal_key(upgrade), status: state.proposal(upgrade).status(), may_strand: 0 };
    let (kept_by, _) = state.program.kept?;
    let migration = state.program.migration.and_then(|id| state.proposal(id).tracker);
    let migration = migration.map(|tracker| tracker.rules());
    let rules = state.proposal(id).rules(id);
    let rolled_back =
        (scope.rules.roll_back)(&config, &program, &rules, &undone, migration.as_ref(), execution).ok()?;
    let (_, code) = state.proposal(kept_by).kept?;
    let undone = state.proposal(upgrade);
    undone.status = rolled_back.upgrade_status.into();
    undone.kept = None;
    state.close(id, rolled_back.executed.status)?;
    closed(state, id)?;
    let program = &mut state.program;
    program.version = rolled_back.executed.version as u8;
    program.code = code;
    (program.kept, program.last_upgrade, program.migration) = (None, None, None);
    program.migration_open = false;
    program.rollback_slot = None;
    Some(())
}

fn change_config(state: &mut State, scope: &Scope, id: u8, execution: &Execution) -> Option<()> {
    let config = state.rules(scope);
    let Subject::Config(new) = state.proposal(id).subject else { return None };
    let rules = state.proposal(id).rules(id);
    let proposed = scope.config(new, state.config_seq, state.pause.rules());
    let changed = (scope.rules.change_config)(&config, &proposed, &rules, execution).ok()?;
    let proposal = state.proposal(id);
    proposal.status = changed.status.into();
    proposal.closed = true;
    closed(state, id)?;
    state.config = new;
    state.config_seq = changed.config_seq as u8;
    state.open_proposals = [0; 4];
    Some(())
}

fn transfer(state: &mut State, scope: &Scope, id: u8, execution: &Execution) -> Option<()> {
    if state.proposal(id).kind() == Kind::Config {
        return None;
    }
    let (config, program) = (state.rules(scope), state.program_rules(scope));
    let rules = state.proposal(id).rules(id);
    let status = (scope.rules.transfer)(&config, &program, &rules, execution).ok()?;
    state.close(id, status)?;
    closed(state, id)?;
    state.program.released = true;
    (state.program.slot, state.program.rollback_slot) = (None, None);
    Some(())
}
