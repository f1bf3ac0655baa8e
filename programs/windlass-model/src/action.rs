//! What anybody can try in a state. Most of it is refused, and that is the point.

use crate::scope::{Scope, Subject, STRANGER};
use crate::state::State;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Propose {
        by: u8,
        subject: Subject,
    },
    Verify(u8),
    Approve {
        proposal: u8,
        by: u8,
        manner: Manner,
    },
    Revoke {
        proposal: u8,
        by: u8,
    },
    Cancel {
        proposal: u8,
        by: u8,
    },
    Expire(u8),
    /// By the instruction for this kind of proposal.
    Execute {
        proposal: u8,
        instruction: Instruction,
        durable_nonce: bool,
    },
    Keep(u8),
    Retire(u8),
    Pause {
        by: u8,
        seconds: i64,
    },
    Resume {
        by: u8,
    },
    Start(u8),
    Migrate(u8),
    Revert(u8),
    Finalize(u8),
    /// A program that left comes back.
    Register,
    Wait,
    Idle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Manner {
    Plain,
    OtherDigest,
    DurableNonce,
    Nested,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instruction {
    ExecuteUpgrade,
    RollbackUpgrade,
    ExecuteConfig,
    ExecuteTransfer,
}

const INSTRUCTIONS: [Instruction; 4] = [
    Instruction::ExecuteUpgrade,
    Instruction::RollbackUpgrade,
    Instruction::ExecuteConfig,
    Instruction::ExecuteTransfer,
];

/// Accounts that each migration has.
const ACCOUNTS: u8 = 1;

pub fn actions(state: &State, scope: &Scope, actions: &mut Vec<Action>) {
    let everybody = || (0..scope.members).chain([STRANGER]);
    if state.proposals.len() < usize::from(scope.proposals) {
        for subject in scope.subjects {
            actions.extend(everybody().map(|by| Action::Propose { by, subject: *subject }));
        }
    }
    for (id, proposal) in state.proposals.iter().enumerate() {
        let id = id as u8;
        of_proposal(id, proposal.is_open(), scope, actions);
        actions.extend([Action::Keep(id), Action::Retire(id), Action::Start(id)]);
        if let Some(tracker) = proposal.tracker {
            actions.push(Action::Finalize(id));
            actions.extend((tracker.migrated < ACCOUNTS).then_some(Action::Migrate(id)));
            actions.extend((tracker.reverted < ACCOUNTS).then_some(Action::Revert(id)));
        }
    }
    if state.pauses < scope.pauses {
        for seconds in scope.pause_lengths {
            actions.extend(everybody().map(|by| Action::Pause { by, seconds: *seconds }));
        }
    }
    if state.pause.started_at != 0 {
        actions.extend(everybody().map(|by| Action::Resume { by }));
    }
    actions.extend(state.program.released.then_some(Action::Register));
    actions.extend((state.idles < scope.idles).then_some(Action::Idle));
    actions.push(Action::Wait);
}

fn of_proposal(proposal: u8, open: bool, scope: &Scope, actions: &mut Vec<Action>) {
    // On a closed one everybody is refused alike: one member stands for all.
    let members = if open { 0..scope.members } else { 1..2 };
    for by in members.chain([STRANGER]) {
        actions.push(Action::Approve { proposal, by, manner: Manner::Plain });
        actions.push(Action::Revoke { proposal, by });
        actions.push(Action::Cancel { proposal, by });
    }
    if open {
        for manner in [Manner::OtherDigest, Manner::DurableNonce, Manner::Nested] {
            actions.push(Action::Approve { proposal, by: 1, manner });
        }
        actions.push(Action::Verify(proposal));
    }
    actions.push(Action::Expire(proposal));
    for instruction in INSTRUCTIONS {
        actions.push(Action::Execute { proposal, instruction, durable_nonce: false });
        if open {
            actions.push(Action::Execute { proposal, instruction, durable_nonce: true });
        }
    }
}
