//! A state: the accounts, as far as the rules read them, and what the model remembers to judge the rules by.
//!
//! Every time is relative to now, which is always `NOW`: states that differ only by when they were reached are one.

use windlass_rules::config::Config;
use windlass_rules::migration::{Migration, MigrationState};
use windlass_rules::pause::Pause;
use windlass_rules::program::{Kept, Program};
use windlass_rules::proposal::{Kind, Proposal};
use windlass_rules::transitions::Status;

use crate::scope::{copy_key, key, proposal_key, Scope, Subject};

/// Unix seconds.
pub const NOW: i64 = 1_000_000_000;
/// The bytes that a proposal with code is about, all hashed in one step.
const CODE_LEN: u32 = 4;

/// The code that ran when the program was registered; and when it was once more.
pub const AS_REGISTERED: u8 = 0;
pub const REGISTERED_AGAIN: u8 = u8::MAX;

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State {
    /// Of the scope's configs.
    pub config: u8,
    pub config_seq: u8,
    pub pause: PauseAccount,
    /// `open_proposals` of each member.
    pub open_proposals: [u8; 4],
    pub program: ProgramAccount,
    pub proposals: Vec<ProposalAccount>,
    pub ghost: Ghost,
    pub idles: u8,
    pub pauses: u8,
    /// Bits of `Violation`: what the last action did and must never do.
    pub violations: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PauseAccount {
    pub started_at: i64,
    pub until: i64,
    pub by: Option<u8>,
    pub accumulated: i64,
    pub recent: [i64; 3],
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProgramAccount {
    pub version: u8,
    pub slot: Option<u8>,
    pub rollback_slot: Option<u8>,
    /// The upgrade whose copy it is, and the version whose code that is.
    pub kept: Option<(u8, u8)>,
    pub last_upgrade: Option<u8>,
    pub last_upgrade_at: i64,
    pub migration: Option<u8>,
    pub migration_open: bool,
    pub released: bool,
    /// Which code runs: `AS_REGISTERED`, `REGISTERED_AGAIN`, or n + 1 for that of upgrade n.
    pub code: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProposalAccount {
    pub subject: Subject,
    pub proposer: u8,
    pub status: StatusCode,
    pub base_version: u8,
    pub config_seq: u8,
    pub verified: bool,
    pub created_at: i64,
    pub approved_at: i64,
    pub eta: i64,
    pub pause_mark: i64,
    pub expires_at: i64,
    pub closed: bool,
    /// How often each member is in the list: a broken rule may let one in twice.
    pub approvals: [u8; 4],
    pub cancel_votes: [u8; 4],
    /// A copy is kept for it: the version and the code that ran when it was compared.
    pub kept: Option<(u8, u8)>,
    /// Of a rollback.
    pub rolls_back: Option<u8>,
    pub tracker: Option<Tracker>,
    /// Seconds since the last crossing in which there was no pause, as the model counted them.
    pub waited: i64,
    /// Seconds since the last crossing.
    pub elapsed: i64,
}

/// `Status`, hashable: its place in `Status::ALL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatusCode(pub u8);

const TRACKER_STATES: [MigrationState; 3] =
    [MigrationState::Migrating, MigrationState::Reverting, MigrationState::Finalized];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tracker {
    pub version: u8,
    /// Its place in `TRACKER_STATES`.
    pub state: u8,
    pub migrated: u8,
    pub reverted: u8,
}

/// What the model saw, told by no rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ghost {
    /// Until when a pause is in force; 0: none.
    pub paused_until: i64,
    /// When pauses of the last 30 days began.
    pub pauses: Vec<i64>,
    /// Code that ran before the last upgrade, and when that was; until a rollback.
    pub former_code: Option<u8>,
    pub upgraded_at: i64,
}

impl StatusCode {
    pub fn get(self) -> Status {
        Status::ALL[usize::from(self.0)]
    }
}

impl From<Status> for StatusCode {
    fn from(status: Status) -> Self {
        let at = Status::ALL.iter().position(|other| *other == status);
        Self(at.map_or(u8::MAX, |at| at as u8))
    }
}

impl Tracker {
    pub fn rules(&self) -> Migration {
        Migration {
            version: self.version.into(),
            state: TRACKER_STATES[usize::from(self.state)],
            migrated: self.migrated.into(),
            reverted: self.reverted.into(),
        }
    }

    pub fn write(&mut self, migration: &Migration) {
        let at = TRACKER_STATES.iter().position(|state| *state == migration.state);
        self.state = at.map_or(u8::MAX, |at| at as u8);
        (self.migrated, self.reverted) = (migration.migrated as u8, migration.reverted as u8);
    }
}

impl ProposalAccount {
    pub fn kind(&self) -> Kind {
        match self.subject {
            Subject::Upgrade { .. } => Kind::Upgrade,
            Subject::Rollback => Kind::Rollback,
            Subject::Config(_) => Kind::Config,
            Subject::Transfer => Kind::Transfer,
        }
    }

    pub fn status(&self) -> Status {
        self.status.get()
    }

    pub fn is_open(&self) -> bool {
        self.status().is_open()
    }

    pub fn has_plan(&self) -> bool {
        matches!(self.subject, Subject::Upgrade { plan: true, .. })
    }

    pub fn rules(&self, id: u8) -> Proposal {
        let voters = |votes: &[u8; 4]| {
            let times = |(member, count): (usize, &u8)| vec![key(member as u8); usize::from(*count)];
            votes.iter().enumerate().flat_map(times).collect()
        };
        let kind = self.kind();
        let len = if kind.has_code() { CODE_LEN } else { 0 };
        Proposal {
            address: proposal_key(id),
            kind,
            proposer: key(self.proposer),
            status: self.status(),
            digest: proposal_key(id),
            base_version: self.base_version.into(),
            config_seq: self.config_seq.into(),
            buffer_len: len,
            verified_len: if self.verified { len } else { 0 },
            verified_digest: if self.verified { [7; 32] } else { [0; 32] },
            code_digest: [7; 32],
            created_at: self.created_at,
            approved_at: self.approved_at,
            eta: self.eta,
            pause_mark: self.pause_mark,
            no_rollback: matches!(self.subject, Subject::Upgrade { no_rollback: true, .. }),
            kept_version: self.kept.map(|(version, _)| version.into()),
            expires_at: self.expires_at,
            closed_at: if self.closed { NOW } else { 0 },
            approvals: voters(&self.approvals),
            cancel_votes: voters(&self.cancel_votes),
        }
    }
}

impl PauseAccount {
    pub fn rules(&self) -> Pause {
        Pause {
            started_at: self.started_at,
            until: self.until,
            by: self.by.map_or([0; 32], key),
            accumulated: self.accumulated,
            recent: self.recent,
        }
    }

    pub fn write(&mut self, pause: &Pause) {
        *self = Self {
            started_at: pause.started_at,
            until: pause.until,
            by: (pause.by != [0; 32]).then(|| pause.by[0] - 1),
            accumulated: pause.accumulated,
            recent: pause.recent,
        };
    }
}

impl State {
    pub fn rules(&self, scope: &Scope) -> Config {
        scope.config(self.config, self.config_seq, self.pause.rules())
    }

    /// The program's account, where a proposal is about one.
    pub fn program_rules(&self, scope: &Scope) -> Program {
        let program = &self.program;
        Program {
            version: program.version.into(),
            timelock: scope.program_timelock,
            slot: program.slot.map(proposal_key),
            rollback_slot: program.rollback_slot.map(proposal_key),
            kept: program.kept.map(|(by, version)| Kept { buffer: copy_key(by), version: version.into() }),
            last_upgrade: program.last_upgrade.map(proposal_key),
            last_upgrade_at: program.last_upgrade_at,
            migration_open: program.migration_open,
            released: program.released,
        }
    }

    pub fn is_paused(&self) -> bool {
        self.ghost.paused_until > NOW
    }
}
