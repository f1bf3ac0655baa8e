//! Who may start, migrate, revert and finalize, each rule at its edge; then migrations lived through at random.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

use proptest::prelude::*;
use windlass_rules::migration::{start, Migration, MigrationState, Start, ROLLBACK_WINDOW};
use windlass_rules::migration_plan::Side;
use windlass_rules::program::Program;
use windlass_rules::transitions::Status;
use windlass_rules::{Key, RuleError};

const PROPOSAL: Key = [5; 32];
const UPGRADED_AT: i64 = 1_750_000_000;
const WINDOW_ENDS: i64 = UPGRADED_AT + ROLLBACK_WINDOW;

/// Version 3 runs.
fn program() -> Program {
    Program {
        version: 3,
        timelock: 0,
        slot: None,
        rollback_slot: None,
        kept: None,
        last_upgrade: Some(PROPOSAL),
        last_upgrade_at: UPGRADED_AT,
        migration_open: false,
        released: false,
    }
}

fn executed() -> Start {
    Start { proposal: PROPOSAL, status: Status::Executed, base_version: 2, has_plan: true, paused: false }
}

fn migration(state: MigrationState) -> Migration {
    Migration { state, ..Migration::new(3) }
}

#[test]
fn the_migration_of_the_upgrade_that_runs_is_started_once() {
    assert_eq!(start(&program(), &executed()), Ok(Status::Migrating));
    let again = Start { status: Status::Migrating, ..executed() };
    assert_eq!(start(&program(), &again), Err(RuleError::InvalidState));
}

#[test]
fn only_an_executed_upgrade_is_migrated() {
    for status in Status::ALL.into_iter().filter(|status| *status != Status::Executed) {
        let refused = start(&program(), &Start { status, ..executed() });
        assert_eq!(refused, Err(RuleError::InvalidState), "{status:?}");
    }
}

#[test]
fn a_migration_needs_its_plan_its_version_and_a_governed_program() {
    let with = |start_of: Start| start(&program(), &start_of);
    assert_eq!(with(Start { has_plan: false, ..executed() }), Err(RuleError::NoMigrationPlan));
    assert_eq!(with(Start { base_version: 1, ..executed() }), Err(RuleError::MigrationVersionMismatch));
    assert_eq!(with(Start { base_version: 3, ..executed() }), Err(RuleError::MigrationVersionMismatch));
    assert_eq!(
        with(Start { base_version: u64::MAX, ..executed() }),
        Err(RuleError::MigrationVersionMismatch)
    );
    assert_eq!(with(Start { proposal: [9; 32], ..executed() }), Err(RuleError::MigrationVersionMismatch));
    assert_eq!(with(Start { paused: true, ..executed() }), Err(RuleError::SystemPaused));
    let of = |program: Program| start(&program, &executed());
    assert_eq!(of(Program { version: 4, ..program() }), Err(RuleError::MigrationVersionMismatch));
    assert_eq!(of(Program { last_upgrade: None, ..program() }), Err(RuleError::MigrationVersionMismatch));
    assert_eq!(of(Program { released: true, ..program() }), Err(RuleError::Released));
    let rollback_approved = Program { rollback_slot: Some([7; 32]), ..program() };
    assert_eq!(of(rollback_approved), Err(RuleError::MigrationReverting));
}

#[test]
fn accounts_go_forward_unless_a_rollback_is_approved_and_back_only_then() {
    let verdict = |state, to| migration(state).require_open(&program(), to, false);
    assert_eq!(verdict(MigrationState::Migrating, Side::New), Ok(()));
    assert_eq!(verdict(MigrationState::Finalized, Side::New), Ok(()));
    assert_eq!(verdict(MigrationState::Reverting, Side::New), Err(RuleError::MigrationReverting));
    assert_eq!(verdict(MigrationState::Reverting, Side::Old), Ok(()));
    assert_eq!(verdict(MigrationState::Migrating, Side::Old), Err(RuleError::MigrationNotReverting));
    assert_eq!(verdict(MigrationState::Finalized, Side::Old), Err(RuleError::MigrationNotReverting));
}

#[test]
fn a_pause_stops_accounts_from_going_forward_and_never_from_going_back() {
    let verdict = |state, to| migration(state).require_open(&program(), to, true);
    assert_eq!(verdict(MigrationState::Migrating, Side::New), Err(RuleError::SystemPaused));
    assert_eq!(verdict(MigrationState::Finalized, Side::New), Err(RuleError::SystemPaused));
    assert_eq!(verdict(MigrationState::Reverting, Side::Old), Ok(()));
}

#[test]
fn a_migration_is_about_the_version_that_runs_and_no_other() {
    for (state, to) in [(MigrationState::Finalized, Side::New), (MigrationState::Reverting, Side::Old)] {
        let verdict = |program: Program| migration(state).require_open(&program, to, false);
        let mismatch = Err(RuleError::MigrationVersionMismatch);
        assert_eq!(verdict(Program { version: 4, ..program() }), mismatch);
        assert_eq!(verdict(Program { version: 2, ..program() }), mismatch);
        assert_eq!(verdict(Program { released: true, ..program() }), Err(RuleError::Released));
    }
}

#[test]
fn counts_end_where_u64_ends() {
    let full = Migration { migrated: u64::MAX, reverted: u64::MAX, ..migration(MigrationState::Migrating) };
    assert_eq!(full.count(Side::New), Err(RuleError::Overflow));
    assert_eq!(full.count(Side::Old), Err(RuleError::Overflow));
    let last = Migration { migrated: u64::MAX - 1, ..full };
    assert_eq!(last.count(Side::New), Ok(full));
}

#[test]
fn accounts_born_in_the_new_layout_never_make_less_than_nothing_stranded() {
    let stranded = |migrated, reverted| {
        Migration { migrated, reverted, ..migration(MigrationState::Reverting) }.stranded()
    };
    assert_eq!(stranded(5, 2), 3);
    assert_eq!(stranded(5, 5), 0);
    assert_eq!(stranded(5, 9), 0);
    assert_eq!(stranded(u64::MAX, 0), u64::MAX);
}

#[test]
fn a_rollback_that_lapses_lets_the_migration_go_on() {
    let reverting = migration(MigrationState::Migrating).revert().unwrap();
    assert_eq!(reverting.state, MigrationState::Reverting);
    assert_eq!(reverting.resume(), migration(MigrationState::Migrating));
    let finalized = migration(MigrationState::Finalized);
    assert_eq!(finalized.revert(), Err(RuleError::MigrationFinalized));
    assert_eq!(finalized.resume(), finalized);
}

#[test]
fn the_rollback_window_is_a_week() {
    assert_eq!(ROLLBACK_WINDOW, 604_800);
}

#[test]
fn a_migration_is_finalized_when_the_rollback_window_is_over_and_not_before() {
    for state in [MigrationState::Migrating, MigrationState::Reverting] {
        let finalize = |now| migration(state).finalize(&program(), Status::Migrating, now);
        assert_eq!(finalize(WINDOW_ENDS - 1), Err(RuleError::RollbackWindowOpen));
        let finalized = (migration(MigrationState::Finalized), Status::Completed);
        assert_eq!(finalize(WINDOW_ENDS), Ok(finalized));
    }
    let finalize =
        |migration: Migration, program: Program, status| migration.finalize(&program, status, WINDOW_ENDS);
    let (open, over) = (migration(MigrationState::Migrating), migration(MigrationState::Finalized));
    assert_eq!(finalize(over, program(), Status::Migrating), Err(RuleError::MigrationFinalized));
    assert_eq!(finalize(open, program(), Status::Executed), Err(RuleError::InvalidState));
    let other_version = Program { version: 4, ..program() };
    assert_eq!(finalize(open, other_version, Status::Migrating), Err(RuleError::MigrationVersionMismatch));
    let released = Program { released: true, ..program() };
    assert_eq!(finalize(open, released, Status::Migrating), Err(RuleError::Released));
    let at_the_end = Program { last_upgrade_at: i64::MAX, ..program() };
    assert_eq!(finalize(open, at_the_end, Status::Migrating), Err(RuleError::Overflow));
}

#[test]
fn receipts_are_kept_while_accounts_can_still_go_back() {
    let verdict = |state, program: Program| migration(state).require_receipts_over(&program);
    assert_eq!(verdict(MigrationState::Migrating, program()), Err(RuleError::MigrationOpen));
    assert_eq!(verdict(MigrationState::Reverting, program()), Err(RuleError::MigrationOpen));
    assert_eq!(verdict(MigrationState::Finalized, program()), Ok(()));
    assert_eq!(verdict(MigrationState::Reverting, Program { version: 4, ..program() }), Ok(()));
    assert_eq!(verdict(MigrationState::Migrating, Program { released: true, ..program() }), Ok(()));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Move(Side),
    ApproveRollback,
    Lapse,
    Finalize,
    Wait(i64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Move(Side::New)),
        3 => Just(Step::Move(Side::Old)),
        2 => Just(Step::ApproveRollback),
        2 => Just(Step::Lapse),
        1 => Just(Step::Finalize),
        2 => (0..ROLLBACK_WINDOW).prop_map(Step::Wait),
    ]
}

proptest! {
    /// Whatever is tried: counts never fall, the end is the end, and nothing goes back before a rollback is approved.
    #[test]
    fn a_migration_never_leaves_its_rules(
        steps in prop::collection::vec((any_step(), any::<bool>()), 0..60),
    ) {
        let (mut migration, mut now, mut rollback) = (Migration::new(3), UPGRADED_AT, false);
        for (step, paused) in steps {
            let before = migration;
            match step {
                Step::Move(to) => {
                    let allowed = migration.require_open(&program(), to, paused).is_ok();
                    let reverting = migration.state == MigrationState::Reverting;
                    prop_assert_eq!(allowed, if to == Side::Old { reverting } else { !reverting && !paused });
                    if allowed {
                        migration = migration.count(to).unwrap();
                    }
                }
                Step::ApproveRollback => {
                    if let Ok(next) = migration.revert() {
                        (migration, rollback) = (next, true);
                    }
                }
                Step::Lapse => (migration, rollback) = (migration.resume(), false),
                Step::Finalize => {
                    if let Ok((next, status)) = migration.finalize(&program(), Status::Migrating, now) {
                        prop_assert!(now >= WINDOW_ENDS && status == Status::Completed);
                        migration = next;
                    }
                }
                Step::Wait(seconds) => now += seconds,
            }
            prop_assert!(migration.migrated >= before.migrated && migration.reverted >= before.reverted);
            prop_assert!(before.state != MigrationState::Finalized || migration.state == MigrationState::Finalized);
            prop_assert_eq!(migration.state == MigrationState::Reverting, rollback && migration.state != MigrationState::Finalized);
            prop_assert_eq!(migration.version, 3);
        }
    }
}
