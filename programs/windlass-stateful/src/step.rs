//! What can happen. A step names everything by its place or number, so that the rest of a list of steps still means
//! something where one of them is left out.

use windlass_rules::migration_plan::Side;

use crate::actors::Actor;
use crate::code::Code;

#[derive(Clone, Debug)]
pub enum Step {
    /// A new slot, so many seconds later.
    Wait(i64),
    /// Somebody uploads code, unless a locked buffer is there.
    Upload {
        buffer: usize,
        authority: Actor,
        code: Code,
    },
    /// An account of a governed program begins, in one of its layouts; what was at its address is gone.
    Begin {
        program: usize,
        account: usize,
        side: Side,
        behaviour: u8,
    },
    /// Whoever holds a program's authority gives it to the multisig's address without asking Windlass.
    HandOver {
        program: usize,
    },
    Send(Transaction),
}

#[derive(Clone, Debug)]
pub struct Transaction {
    /// A proposal is called by the name of the transaction that made it, whatever id it got.
    pub name: u32,
    pub call: Call,
    /// Another program calls.
    pub nested: bool,
    pub durable_nonce: bool,
}

/// An account that has to be one in particular.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    Right,
    Missing,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// With their roles.
    pub members: Vec<(Actor, u8)>,
    pub threshold: u8,
    pub cancel_threshold: u8,
    pub emergency_threshold: u8,
    pub timelock: i64,
    pub rollback_delay: i64,
    pub grace_period: i64,
    pub voting_period: i64,
}

/// How the plan of an upgrade is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Both layouts of the governed program.
    Good { may_strand: u64, receipts: bool },
    /// A byte is neither mapped nor dropped.
    Leaky,
    /// No layout.
    Empty,
}

/// An instruction of the program. Proposals are given by their ids, or in a list of steps by their names.
#[derive(Clone, Debug)]
pub enum Call {
    /// 0: of the multisig that everything else is about.
    InitializeMultisig {
        number: u8,
        payer: Actor,
        params: Params,
    },
    RegisterProgram {
        program: usize,
        authority: Actor,
        payer: Actor,
        timelock: i64,
    },
    RegisterReleasedProgram {
        program: usize,
        authority: Actor,
        timelock: i64,
    },
    ProposeUpgrade {
        program: usize,
        buffer: usize,
        proposer: Actor,
        payer: Actor,
        honest: bool,
        no_rollback: bool,
        plan: Option<Plan>,
    },
    ProposeRollback {
        program: usize,
        proposer: Actor,
        payer: Actor,
    },
    ProposeConfig {
        proposer: Actor,
        payer: Actor,
        params: Params,
    },
    ProposeTransfer {
        program: usize,
        proposer: Actor,
        payer: Actor,
        new_authority: Option<Actor>,
    },
    VerifyBuffer {
        id: u64,
    },
    ApproveUpgrade {
        id: u64,
        member: Actor,
        reads: bool,
        state: bool,
        tracker: Given,
    },
    RevokeApproval {
        id: u64,
        member: Actor,
        state: bool,
        tracker: Given,
    },
    CancelUpgrade {
        id: u64,
        member: Actor,
        state: bool,
        tracker: Given,
    },
    ExpireProposal {
        id: u64,
        state: bool,
        tracker: Given,
    },
    ExecuteUpgrade {
        id: u64,
        executor: Actor,
        spill: Given,
    },
    ExecuteConfig {
        id: u64,
        executor: Actor,
    },
    ExecuteTransfer {
        id: u64,
        executor: Actor,
        new_authority: Given,
    },
    KeepRollbackBuffer {
        id: u64,
        buffer: usize,
        authority: Actor,
    },
    RollbackUpgrade {
        id: u64,
        executor: Actor,
        spill: Given,
        tracker: Given,
    },
    RetireRollback {
        id: u64,
        recipient: Given,
    },
    ReclaimBuffer {
        id: u64,
        recipient: Given,
    },
    PauseSystem {
        guard: Actor,
        seconds: i64,
    },
    ResumeSystem {
        signer: Actor,
    },
    StartMigration {
        id: u64,
        payer: Actor,
    },
    MigrateAccount {
        id: u64,
        payer: Actor,
        accounts: Vec<usize>,
    },
    RevertAccount {
        id: u64,
        payer: Actor,
        accounts: Vec<usize>,
    },
    FinalizeMigration {
        id: u64,
    },
    CloseAccountVersion {
        id: u64,
        account: usize,
        payer: Given,
    },
}

impl Call {
    /// As the IDL names it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::InitializeMultisig { .. } => "initialize_multisig",
            Self::RegisterProgram { .. } => "register_program",
            Self::RegisterReleasedProgram { .. } => "register_released_program",
            Self::ProposeUpgrade { .. } => "propose_upgrade",
            Self::ProposeRollback { .. } => "propose_rollback",
            Self::ProposeConfig { .. } => "propose_config",
            Self::ProposeTransfer { .. } => "propose_transfer",
            Self::VerifyBuffer { .. } => "verify_buffer",
            Self::ApproveUpgrade { .. } => "approve_upgrade",
            Self::RevokeApproval { .. } => "revoke_approval",
            Self::CancelUpgrade { .. } => "cancel_upgrade",
            Self::ExpireProposal { .. } => "expire_proposal",
            Self::ExecuteUpgrade { .. } => "execute_upgrade",
            Self::ExecuteConfig { .. } => "execute_config",
            Self::ExecuteTransfer { .. } => "execute_transfer",
            Self::KeepRollbackBuffer { .. } => "keep_rollback_buffer",
            Self::RollbackUpgrade { .. } => "rollback_upgrade",
            Self::RetireRollback { .. } => "retire_rollback",
            Self::ReclaimBuffer { .. } => "reclaim_buffer",
            Self::PauseSystem { .. } => "pause_system",
            Self::ResumeSystem { .. } => "resume_system",
            Self::StartMigration { .. } => "start_migration",
            Self::MigrateAccount { .. } => "migrate_account",
            Self::RevertAccount { .. } => "revert_account",
            Self::FinalizeMigration { .. } => "finalize_migration",
            Self::CloseAccountVersion { .. } => "close_account_version",
        }
    }

    /// The proposal that it is about, if it is about one that exists already.
    pub fn proposal(&self) -> Option<u64> {
        self.clone().proposal_mut().copied()
    }

    /// With another number for the proposal that it is about; None where there is none.
    pub fn renumbered(&self, number: impl FnOnce(u64) -> Option<u64>) -> Option<Self> {
        let mut call = self.clone();
        if let Some(id) = call.proposal_mut() {
            *id = number(*id)?;
        }
        Some(call)
    }

    fn proposal_mut(&mut self) -> Option<&mut u64> {
        match self {
            Self::InitializeMultisig { .. }
            | Self::RegisterProgram { .. }
            | Self::RegisterReleasedProgram { .. }
            | Self::ProposeUpgrade { .. }
            | Self::ProposeRollback { .. }
            | Self::ProposeConfig { .. }
            | Self::ProposeTransfer { .. }
            | Self::PauseSystem { .. }
            | Self::ResumeSystem { .. } => None,
            Self::VerifyBuffer { id }
            | Self::ApproveUpgrade { id, .. }
            | Self::RevokeApproval { id, .. }
            | Self::CancelUpgrade { id, .. }
            | Self::ExpireProposal { id, .. }
            | Self::ExecuteUpgrade { id, .. }
            | Self::ExecuteConfig { id, .. }
            | Self::ExecuteTransfer { id, .. }
            | Self::KeepRollbackBuffer { id, .. }
            | Self::RollbackUpgrade { id, .. }
            | Self::RetireRollback { id, .. }
            | Self::ReclaimBuffer { id, .. }
            | Self::StartMigration { id, .. }
            | Self::MigrateAccount { id, .. }
            | Self::RevertAccount { id, .. }
            | Self::FinalizeMigration { id }
            | Self::CloseAccountVersion { id, .. } => Some(id),
        }
    }
}
