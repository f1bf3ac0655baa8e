//! The program's accounts and the arguments of its instructions, read from any bytes as the program reads them: nothing
//! panics, and what was read is written as it was. Then the rules are asked about accounts whose numbers may be at the
//! ends of their types: no sum overflows, and where the invariants hold, what is accepted keeps the times promised.
#![no_main]

use anchor_lang::{AccountDeserialize, AccountSerialize, AnchorDeserialize, AnchorSerialize, Discriminator};
use libfuzzer_sys::fuzz_target;
use windlass::instruction;
use windlass::state::{
    AccountVersion, MigrationTracker, MultisigConfig, ProgramUpgradeState, UpgradeProposal,
};
use windlass_fuzz::{key, number, Accounts, DAY, MEMBERS, PROPOSAL};
use windlass_rules::approve::Approval;
use windlass_rules::execute::Execution;
use windlass_rules::migration_plan::Side;
use windlass_rules::pause::Pause;
use windlass_rules::proposal::Kind;
use windlass_rules::propose::Request;
use windlass_rules::rollback::Undone;
use windlass_rules::{
    approve, cancel, code, config_change, execute, expire, migration, pause, propose, reclaim, revoke,
    rollback, transfer,
};

/// What was read from the bytes is written as they are.
fn account<T: AccountDeserialize + AccountSerialize + Discriminator>(bytes: &[u8]) -> Option<T> {
    let bytes = [T::DISCRIMINATOR, bytes].concat();
    let account = T::try_deserialize(&mut &bytes[..]).ok()?;
    let mut written = Vec::new();
    account.try_serialize(&mut written).expect("what was read can be written");
    assert!(bytes.starts_with(&written), "{bytes:?} became {written:?}");
    Some(account)
}

fn arguments<T: AnchorDeserialize + AnchorSerialize>(bytes: &[u8]) -> Option<T> {
    let mut rest = bytes;
    let arguments = T::deserialize(&mut rest).ok()?;
    let mut written = Vec::new();
    arguments.serialize(&mut written).expect("what was read can be written");
    assert_eq!(written, bytes[..bytes.len() - rest.len()]);
    Some(arguments)
}

/// Any bytes.
fn read(what: u8, bytes: &[u8]) {
    match what % 12 {
        0 => drop(account::<MultisigConfig>(bytes).map(|multisig| multisig.invariant())),
        1 => drop(account::<ProgramUpgradeState>(bytes).map(|program| program.invariant())),
        2 => drop(account::<UpgradeProposal>(bytes).map(|proposal| proposal.invariant(&key(PROPOSAL)))),
        3 => drop(account::<AccountVersion>(bytes).map(|receipt| receipt.invariant())),
        4 => {
            if let Some(tracker) = account::<MigrationTracker>(bytes) {
                let space = MigrationTracker::space(&tracker.plan).expect("it was as long as it is");
                let mut written = Vec::new();
                tracker.try_serialize(&mut written).expect("what was read can be written");
                assert_eq!(space, written.len(), "an account has room for its plan, and no more");
                let _ = tracker.invariant();
            }
        }
        5 => {
            let asked = arguments::<instruction::InitializeMultisig>(bytes);
            let _ = asked.map(|asked| asked.config.rules(u64::MAX, Pause::default()).validate());
        }
        6 => {
            let asked = arguments::<instruction::ProposeUpgrade>(bytes);
            let _ = asked.and_then(|asked| Some(asked.plan?.rules().validate()));
        }
        7 => drop(arguments::<instruction::ProposeConfig>(bytes).map(|asked| asked.config)),
        8 => drop(arguments::<instruction::RegisterProgram>(bytes)),
        9 => drop(arguments::<instruction::ApproveUpgrade>(bytes)),
        10 => drop(arguments::<instruction::PauseSystem>(bytes)),
        _ => drop(arguments::<instruction::ProposeTransfer>(bytes)),
    }
}

/// The account as it is once it was stored and read.
fn stored<T: AccountDeserialize + AccountSerialize + Discriminator>(account_: &T) -> T {
    let mut bytes = Vec::new();
    account_.try_serialize(&mut bytes).expect("every account can be written");
    account(&bytes[T::DISCRIMINATOR.len()..]).expect("what was written can be read")
}

fn ask(accounts: &Accounts) {
    let (multisig, state) = (stored(&accounts.multisig), stored(&accounts.program));
    let (proposal, tracker) = (stored(&accounts.proposal), stored(&accounts.tracker));
    let sound = multisig.invariant().is_ok()
        & state.invariant().is_ok()
        & proposal.invariant(&key(PROPOSAL)).is_ok()
        & tracker.invariant().is_ok()
        & stored(&accounts.receipt).invariant().is_ok();
    let now = accounts.now;
    let (config, program) = (multisig.rules(), state.rules());
    let (rules, moved) = (proposal.rules(&key(PROPOSAL)), tracker.rules());
    let about = rules.kind.has_program().then_some(&program);
    let execution = Execution { now, durable_nonce: false, buffer_len: rules.buffer_len };

    for member in MEMBERS.map(|member| key(member).to_bytes()) {
        let approval = Approval {
            member,
            digest: rules.digest,
            now,
            durable_nonce: false,
            nested: false,
            on_curve: true,
        };
        if let Ok(approved) = approve::approve(&config, about, &rules, &approval) {
            let least = if rules.kind == Kind::Rollback { 60 } else { 2 * DAY };
            let waits = approved.eta.saturating_sub(now) >= least && approved.expires_at > approved.eta;
            assert!(!sound || !approved.crosses || waits, "{approved:?}");
        }
        let _ = revoke::revoke(&config, &rules, &member);
        let _ = cancel::cancel(&config, &rules, &member);
        let open_proposals = multisig.open_proposals_of(&member.into()).unwrap_or(u8::MAX);
        let request = Request { kind: rules.kind, proposer: member, open_proposals, now };
        let _ = propose::propose(&config, about, &request);
        for seconds in [1, 3 * DAY, proposal.eta, i64::MAX] {
            if let Ok(paused) = pause::pause(&config, &member, seconds, now) {
                let begun = now == 0 || paused.in_force(now);
                assert!(begun && paused.until.saturating_sub(now) <= 3 * DAY, "{paused:?}");
            }
        }
        let _ = pause::resume(&config.pause, &member, now);
    }
    let executed = [
        execute::execute(&config, &program, &rules, &execution).is_ok(),
        transfer::transfer(&config, &program, &rules, &execution).is_ok(),
        proposal.new_config.as_ref().is_some_and(|new| {
            let new = new.rules(config.config_seq, Pause::default());
            config_change::change_config(&config, &new, &rules, &execution).is_ok()
        }),
    ];
    if sound && executed.contains(&true) {
        let waited = now >= rules.eta && rules.eta.saturating_sub(rules.approved_at) >= 2 * DAY;
        assert!(waited && now < rules.expires_at, "executed at {now}: {rules:?}");
    }
    let undone = Undone {
        proposal: program.last_upgrade.unwrap_or_default(),
        status: rules.status,
        may_strand: proposal.may_strand(),
    };
    if rollback::roll_back(&config, &program, &rules, &undone, Some(&moved), &execution).is_ok() {
        assert!(now.saturating_sub(program.last_upgrade_at) < 7 * DAY, "rolled back at {now}: {program:?}");
    }
    let _ = rollback::keep(&config, &program, &rules);
    let _ = expire::expire(&config, about, &rules, now);
    let _ = reclaim::reclaim(&rules, proposal.buffer_reclaimed);
    let _ = reclaim::retire(&program, &rules, &proposal.buffer.to_bytes(), now);
    let _ = code::next_chunk(&rules);
    let start = migration::Start {
        proposal: rules.address,
        status: rules.status,
        base_version: rules.base_version,
        has_plan: proposal.plan.is_some(),
        paused: config.pause.in_force(now),
    };
    let _ = migration::start(&program, &start);
    for side in [Side::Old, Side::New] {
        let _ = moved.require_open(&program, side, start.paused);
        let _ = moved.count(side);
    }
    let _ = (moved.revert(), moved.resume(), moved.finalize(&program, rules.status, now));
    let _ = (moved.require_receipts_over(&program), multisig.next_proposal_id());
}

fuzz_target!(|input: &[u8]| match input {
    [] => {}
    [what @ 128..=255, bytes @ ..] => read(*what, bytes),
    [_, changes @ ..] => {
        let mut accounts = Accounts::default();
        for [field, what, amount] in changes.as_chunks().0 {
            accounts.set(*field, number([*what, *amount]));
        }
        ask(&accounts);
    }
});
