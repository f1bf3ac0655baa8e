//! The accounts of one multisig in the middle of its life, and every number in them within a fuzzer's reach.

use anchor_lang::prelude::Pubkey;
use windlass::state::{
    AccountVersion, KeptBuffer, Member, MigrationState, MigrationTracker, MultisigConfig, MultisigParams,
    ProgramUpgradeState, ProposalKind, ProposalStatus, UpgradeProposal, Vote,
};
use windlass_interface::EventStream;

pub const NOW: i64 = 1_800_000_000;
pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 24 * HOUR;

/// The address of a member, a proposal, a buffer, ...
pub fn key(number: u8) -> Pubkey {
    Pubkey::new_from_array([number; 32])
}

/// All of the accounts that a rule is asked about at once.
#[derive(Clone, Debug)]
pub struct Accounts {
    pub multisig: MultisigConfig,
    pub program: ProgramUpgradeState,
    pub proposal: UpgradeProposal,
    pub tracker: MigrationTracker,
    pub receipt: AccountVersion,
    /// The chain's clock.
    pub now: i64,
}

pub const PROPOSAL: u8 = 100;
/// The upgrade that was executed last.
const LAST_UPGRADE: u8 = 101;
const TRACKER: u8 = 102;
const KEPT: u8 = 103;

/// Whoever proposes, approves and guards.
pub const MEMBERS: [u8; 3] = [1, 2, 3];

fn params() -> MultisigParams {
    MultisigParams {
        members: Vec::new(),
        threshold: 2,
        cancel_threshold: 2,
        emergency_threshold: 3,
        timelock: 2 * DAY,
        rollback_delay: 60,
        grace_period: 14 * DAY,
        voting_period: 7 * DAY,
    }
}

impl Default for Accounts {
    /// An upgrade was executed a day ago and is being migrated; another was approved two days ago.
    fn default() -> Self {
        let mut multisig = MultisigConfig::new(&params(), key(99), 255);
        multisig.stream = EventStream { seq: 9, digest: [9; 32] };
        multisig.proposal_count = 3;
        multisig.members =
            MEMBERS.map(|member| Member { key: key(member), roles: 7, open_proposals: 1 }).to_vec();
        let kept = KeptBuffer { buffer: key(KEPT), payer: key(1), len: 4, code_digest: [0; 32], version: 0 };
        let program = ProgramUpgradeState {
            bump: 255,
            upgrade_authority_bump: 255,
            multisig: key(98),
            program: key(97),
            program_data: key(96),
            version: 1,
            code_digest: [7; 32],
            code_len: 4,
            timelock: 0,
            last_upgrade_at: NOW - DAY,
            approved_proposal: Some(key(PROPOSAL)),
            approved_rollback: None,
            released: false,
            rollback: Some(kept),
            last_upgrade_proposal: Some(key(LAST_UPGRADE)),
            migration: Some(key(TRACKER)),
            migration_open: false,
        };
        let proposal = UpgradeProposal {
            bump: 255,
            multisig: key(98),
            program: key(97),
            id: 3,
            kind: ProposalKind::Upgrade,
            proposer: key(1),
            payer: key(1),
            buffer: key(95),
            buffer_len: 4,
            code_digest: [7; 32],
            verified_len: 4,
            verified_digest: [7; 32],
            base_version: 1,
            no_rollback: true,
            config_seq: 0,
            slot_hash: [8; 32],
            digest: [6; 32],
            status: ProposalStatus::Approved,
            created_at: NOW - 3 * DAY,
            approved_at: NOW - 2 * DAY,
            eta: NOW,
            expires_at: NOW + 14 * DAY,
            closed_at: 0,
            pause_mark: 0,
            buffer_reclaimed: false,
            rollback_buffer: None,
            rolls_back: None,
            new_authority: None,
            plan: None,
            new_config: None,
            approvals: [1, 2].map(|member| Vote { member: key(member), at: NOW - 2 * DAY }).to_vec(),
            cancel_votes: Vec::new(),
        };
        let tracker = MigrationTracker {
            stream: EventStream { seq: 5, digest: [9; 32] },
            bump: 255,
            migration_authority_bump: 255,
            multisig: key(98),
            program: key(97),
            proposal: key(LAST_UPGRADE),
            proposal_id: 2,
            version: 1,
            plan: windlass::state::MigrationPlan { layouts: Vec::new(), may_strand: 0, receipts: true },
            migrated: 3,
            reverted: 1,
            state: MigrationState::Migrating,
            started_at: NOW - HOUR,
            finalized_at: 0,
        };
        let receipt = AccountVersion {
            bump: 255,
            tracker: key(TRACKER),
            account: key(94),
            before: [1; 32],
            after: [2; 32],
            migrated_at: NOW - HOUR,
            reverted_at: 0,
            payer: key(1),
        };
        Self { multisig, program, proposal, tracker, receipt, now: NOW }
    }
}

/// A number as two bytes choose it: small, around now, some days, or near an end of its type.
pub fn number([what, amount]: [u8; 2]) -> i64 {
    let (near, far) = (i64::from(amount as i8), i64::from(amount));
    match what % 8 {
        0 => far,
        1 => NOW + near,
        2 => NOW + near * DAY,
        3 => NOW + near * HOUR,
        4 => far * DAY + i64::from(what / 8) - 1,
        5 => i64::MAX - far,
        6 => i64::MIN + far,
        _ => -1 - far,
    }
}

const KINDS: [ProposalKind; 4] =
    [ProposalKind::Upgrade, ProposalKind::Rollback, ProposalKind::Config, ProposalKind::Transfer];
const STATUSES: [ProposalStatus; 9] = [
    ProposalStatus::Proposed,
    ProposalStatus::Approved,
    ProposalStatus::Executed,
    ProposalStatus::Migrating,
    ProposalStatus::Completed,
    ProposalStatus::Cancelled,
    ProposalStatus::Expired,
    ProposalStatus::Stale,
    ProposalStatus::RolledBack,
];
const STATES: [MigrationState; 3] =
    [MigrationState::Migrating, MigrationState::Reverting, MigrationState::Finalized];

impl Accounts {
    /// Change one thing: a number as it is, what has fewer values by its lowest byte.
    pub fn set(&mut self, field: u8, value: i64) {
        let Self { multisig, program, proposal, tracker, receipt, now } = self;
        let (count, low) = (value as u64, value as u8);
        let some = |number: u8| (low % 2 == 1).then(|| key(number));
        let one_of_three = usize::from(low) % 3;
        match field % 62 {
            0 => *now = value,
            1 => multisig.stream.seq = count,
            2 => multisig.threshold = low,
            3 => multisig.cancel_threshold = low,
            4 => multisig.emergency_threshold = low,
            5 => multisig.timelock = value,
            6 => multisig.rollback_delay = value,
            7 => multisig.grace_period = value,
            8 => multisig.voting_period = value,
            9 => multisig.config_seq = count,
            10 => multisig.proposal_count = count,
            11 => multisig.pause_started_at = value,
            12 => multisig.paused_until = value,
            13 => multisig.paused_by = some(3).unwrap_or_default(),
            14 => multisig.accumulated_pause = value,
            15..=17 => multisig.recent_pauses[usize::from(field % 62) - 15] = value,
            18..=20 => multisig.members[usize::from(field % 62) - 18].roles = low,
            21..=23 => multisig.members[usize::from(field % 62) - 21].open_proposals = low,
            24 => program.version = count,
            25 => program.timelock = value,
            26 => program.last_upgrade_at = value,
            27 => program.approved_proposal = some(PROPOSAL),
            28 => program.approved_rollback = some(PROPOSAL),
            29 => program.released = low % 2 == 1,
            30 => program.rollback = if low % 2 == 1 { program.rollback } else { None },
            31 => program.last_upgrade_proposal = some(LAST_UPGRADE),
            32 => program.migration = some(TRACKER),
            33 => program.migration_open = low % 2 == 1,
            34 => program.code_len = value as u32,
            35 => proposal.id = count,
            36 => proposal.kind = KINDS[usize::from(low) % KINDS.len()],
            37 => proposal.buffer_len = value as u32,
            38 => proposal.verified_len = value as u32,
            39 => proposal.verified_digest = [low; 32],
            40 => proposal.base_version = count,
            41 => proposal.no_rollback = low % 2 == 1,
            42 => proposal.config_seq = count,
            43 => proposal.status = STATUSES[usize::from(low) % STATUSES.len()],
            44 => proposal.created_at = value,
            45 => proposal.approved_at = value,
            46 => proposal.eta = value,
            47 => proposal.expires_at = value,
            48 => proposal.closed_at = value,
            49 => proposal.pause_mark = value,
            50 => proposal.approvals.truncate(one_of_three),
            51 => proposal.approvals.push(Vote { member: key(low % 4), at: value }),
            52 => proposal.cancel_votes.push(Vote { member: key(low % 4), at: value }),
            53 => {
                let kept = KeptBuffer {
                    buffer: key(KEPT),
                    payer: key(1),
                    len: 4,
                    code_digest: [0; 32],
                    version: count,
                };
                proposal.rollback_buffer = Some(kept);
            }
            54 => proposal.rolls_back = some(LAST_UPGRADE),
            55 => proposal.new_authority = some(50),
            56 => {
                let members = multisig.params().members;
                proposal.new_config = Some(MultisigParams { members, timelock: value, ..params() });
            }
            57 => tracker.version = count,
            58 => tracker.migrated = count,
            59 => tracker.reverted = count,
            60 => tracker.state = STATES[one_of_three],
            _ => {
                tracker.finalized_at = value;
                receipt.reverted_at = value;
            }
        }
    }
}
