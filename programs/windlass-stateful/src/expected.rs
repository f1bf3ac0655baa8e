//! The accounts that the model's world is written down in, byte for byte.

use anchor_lang::prelude::*;
use windlass::state::{
    AccountVersion, KeptBuffer, Member, MigrationState, MigrationTracker, MultisigConfig,
    ProgramUpgradeState, ProposalKind, ProposalStatus, UpgradeProposal, Vote,
};
use windlass_interface::EventStream;
use windlass_rules::migration::MigrationState as Moving;
use windlass_rules::proposal::Kind;
use windlass_rules::transitions::Status;

use crate::actors::Places;
use crate::world::{params_of, plan_of, Council, KeptCopy, Motion, State, World};

pub fn multisig(council: &Council, places: &Places, stream: EventStream) -> MultisigConfig {
    let config = &council.config;
    let pause = &config.pause;
    let members = config.members.iter().zip(&council.open).map(|(member, open)| Member {
        key: Pubkey::new_from_array(member.key),
        roles: member.roles,
        open_proposals: *open,
    });
    MultisigConfig {
        stream,
        bump: places.multisig.bump,
        create_key: places.create_key,
        threshold: config.threshold,
        cancel_threshold: config.cancel_threshold,
        emergency_threshold: config.emergency_threshold,
        timelock: config.timelock,
        rollback_delay: config.rollback_delay,
        grace_period: config.grace_period,
        voting_period: config.voting_period,
        config_seq: config.config_seq,
        proposal_count: council.proposal_count,
        pause_started_at: pause.started_at,
        paused_until: pause.until,
        paused_by: Pubkey::new_from_array(pause.by),
        accumulated_pause: pause.accumulated,
        recent_pauses: pause.recent,
        members: members.collect(),
    }
}

fn kept(copy: &KeptCopy, places: &Places) -> KeptBuffer {
    KeptBuffer {
        buffer: places.buffers[copy.buffer],
        payer: places.actors[copy.payer],
        len: copy.len,
        code_digest: copy.code_digest,
        version: copy.version,
    }
}

pub fn program_state(state: &State, program: usize, places: &Places) -> ProgramUpgradeState {
    let of_program = &places.programs[program];
    let rules = &state.rules;
    ProgramUpgradeState {
        bump: of_program.state.bump,
        upgrade_authority_bump: of_program.upgrade_authority.bump,
        multisig: places.multisig.address,
        program: of_program.program,
        program_data: of_program.data,
        version: rules.version,
        code_digest: state.code_digest,
        code_len: state.code_len,
        timelock: rules.timelock,
        last_upgrade_at: rules.last_upgrade_at,
        approved_proposal: rules.slot.map(Pubkey::new_from_array),
        approved_rollback: rules.rollback_slot.map(Pubkey::new_from_array),
        released: rules.released,
        rollback: state.kept.as_ref().map(|copy| kept(copy, places)),
        last_upgrade_proposal: rules.last_upgrade.map(Pubkey::new_from_array),
        migration: state.migration.map(|id| places.tracker(program, id).address),
        migration_open: rules.migration_open,
    }
}

pub fn proposal(motion: &Motion, places: &Places) -> UpgradeProposal {
    let rules = &motion.rules;
    let votes = |keys: &[[u8; 32]], times: &[i64]| -> Vec<Vote> {
        let vote = |(key, at): (&[u8; 32], &i64)| Vote { member: Pubkey::new_from_array(*key), at: *at };
        keys.iter().zip(times).map(vote).collect()
    };
    UpgradeProposal {
        bump: places.proposal(motion.id).bump,
        multisig: places.multisig.address,
        program: motion.program.map_or(Pubkey::default(), |program| places.programs[program].program),
        id: motion.id,
        kind: kind(rules.kind),
        proposer: Pubkey::new_from_array(rules.proposer),
        payer: places.actors[motion.payer],
        buffer: motion.buffer.map_or(Pubkey::default(), |buffer| places.buffers[buffer]),
        buffer_len: rules.buffer_len,
        code_digest: rules.code_digest,
        verified_len: rules.verified_len,
        verified_digest: rules.verified_digest,
        base_version: rules.base_version,
        no_rollback: rules.no_rollback,
        config_seq: rules.config_seq,
        slot_hash: motion.slot_hash,
        digest: rules.digest,
        status: status(rules.status),
        created_at: rules.created_at,
        approved_at: rules.approved_at,
        eta: rules.eta,
        expires_at: rules.expires_at,
        closed_at: rules.closed_at,
        pause_mark: rules.pause_mark,
        buffer_reclaimed: motion.reclaimed,
        rollback_buffer: motion.kept.as_ref().map(|copy| kept(copy, places)),
        rolls_back: motion.rolls_back.map(|id| places.proposal(id).address),
        new_authority: motion.new_authority.map(|actor| places.actors[actor]),
        plan: motion.plan.map(plan_of),
        new_config: motion.new_config.as_ref().map(|params| params_of(places, params)),
        approvals: votes(&rules.approvals, &motion.approved_at),
        cancel_votes: votes(&rules.cancel_votes, &motion.cancel_voted_at),
    }
}

pub fn tracker(world: &World, id: u64, places: &Places, stream: EventStream) -> MigrationTracker {
    let tracker = &world.trackers[&id];
    let motion = world.motion(id).expect("a tracker belongs to an upgrade");
    MigrationTracker {
        stream,
        bump: places.tracker(tracker.program, id).bump,
        migration_authority_bump: places.programs[tracker.program].migration_authority.bump,
        multisig: places.multisig.address,
        program: places.programs[tracker.program].program,
        proposal: places.proposal(id).address,
        proposal_id: id,
        version: tracker.rules.version,
        plan: plan_of(motion.plan.expect("it was started with a plan")),
        migrated: tracker.rules.migrated,
        reverted: tracker.rules.reverted,
        state: match tracker.rules.state {
            Moving::Migrating => MigrationState::Migrating,
            Moving::Reverting => MigrationState::Reverting,
            Moving::Finalized => MigrationState::Finalized,
        },
        started_at: tracker.started_at,
        finalized_at: tracker.finalized_at,
    }
}

pub fn receipt(world: &World, id: u64, account: usize, places: &Places) -> AccountVersion {
    let receipt = &world.receipts[&(id, account)];
    let program = world.trackers[&id].program;
    let tracker = places.tracker(program, id).address;
    let account = places.programs[program].accounts[account];
    AccountVersion {
        bump: places.receipt(&tracker, &account).bump,
        tracker,
        account,
        before: receipt.before,
        after: receipt.after,
        migrated_at: receipt.migrated_at,
        reverted_at: receipt.reverted_at,
        payer: places.actors[receipt.payer],
    }
}

fn kind(kind: Kind) -> ProposalKind {
    match kind {
        Kind::Upgrade => ProposalKind::Upgrade,
        Kind::Rollback => ProposalKind::Rollback,
        Kind::Config => ProposalKind::Config,
        Kind::Transfer => ProposalKind::Transfer,
    }
}

fn status(status: Status) -> ProposalStatus {
    match status {
        Status::Proposed => ProposalStatus::Proposed,
        Status::Approved => ProposalStatus::Approved,
        Status::Executed => ProposalStatus::Executed,
        Status::Migrating => ProposalStatus::Migrating,
        Status::Completed => ProposalStatus::Completed,
        Status::Cancelled => ProposalStatus::Cancelled,
        Status::Expired => ProposalStatus::Expired,
        Status::Stale => ProposalStatus::Stale,
        Status::RolledBack => ProposalStatus::RolledBack,
    }
}
