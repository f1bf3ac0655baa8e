//! The model as Stateright explores it, and the properties that it checks in every state.

use stateright::{Model, Property};
use windlass_rules::transitions::Status;

use crate::action::{actions, Action};
use crate::apply::apply;
use crate::judge::{judge, Violation};
use crate::possible;
use crate::scope::{Scope, Subject, STRICTER};
use crate::state::State;
use crate::symmetry::representative;
use crate::time::settle;

impl Model for Scope {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn actions(&self, state: &State, all: &mut Vec<Action>) {
        // What comes after a violation tells nothing more.
        if state.violations == 0 {
            actions(state, self, all);
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut after = apply(state, self, &action)?;
        if !matches!(action, Action::Wait | Action::Idle) {
            after.violations = judge(self, state, &action, &after);
            settle(&mut after, self);
        }
        Some(if self.symmetric { representative(after, self) } else { after })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        macro_rules! never {
            ($name:literal, $violation:ident) => {
                Property::always($name, |_, state: &State| !Violation::$violation.of(state))
            };
        }
        let mut properties = vec![
            never!("executed with enough distinct approvals of current members", TooFewApprovals),
            never!(
                "executed 48 h and all pauses after the last crossing, a rollback after its delay",
                TooEarly
            ),
            never!("executed within the grace, approved within the voting", AfterGrace),
            never!("approved and executed only under the config and at the version voted on", Stale),
            never!("nothing but what takes power away, and rollbacks, in a pause", Paused),
            never!("one approved proposal holds a slot", SlotShared),
            never!("at most 3 open proposals a proposer, each counted", QuotaExceeded),
            never!("closed proposals stay as they are", ClosedChanged),
            never!("each new code is a new version, and versions go up", VersionNotCounted),
            never!("no config below a floor is in force", BelowFloor),
            never!("at most 3 pauses in 30 days, 72 h each", PauseUnbounded),
            never!("rolled back within 7 days of the upgrade", RollbackTooLate),
            never!("rolled back only to the code before, compared while it ran", RollbackElsewhere),
            never!("members alone act, in their roles", NotAllowed),
            never!("nothing is signed before it exists, or unseen", UnseenSignature),
            never!("no rollback strands more accounts than voted", Stranded),
            never!("accounts go back while a rollback is approved, and only then", TrackerAstray),
            never!("no vote on bytes that were not hashed", CodeUnverified),
            never!(
                "no upgrade without a copy of the running code, or the vote that none is needed",
                CopyLost
            ),
            Property::always("enough members can always cancel", possible::cancelled),
            Property::always(
                "an approved proposal can be executed from eta to the end of grace",
                possible::executed,
            ),
            Property::always(
                "pauses never take all the time that there is to execute",
                possible::outlasts_pauses,
            ),
            Property::always("an upgrade can be rolled back while its window lasts", possible::rolled_back),
            Property::sometimes("something is cancelled", |_, state: &State| state.has(Status::Cancelled)),
            Property::sometimes("something expires", |_, state: &State| state.has(Status::Expired)),
            Property::sometimes("something is executed", |_, state: &State| state.has(Status::Executed)),
        ];
        let asks = |subject| self.proposals > 1 && self.subjects.contains(&subject);
        if asks(Subject::Config(STRICTER)) {
            let replaced = |_: &Self, state: &State| state.config_seq > 0;
            let stale = |_: &Self, state: &State| state.has(Status::Stale);
            properties.push(Property::sometimes("a config is replaced", replaced));
            properties.push(Property::sometimes("something goes stale", stale));
        }
        if asks(Subject::Rollback) {
            let rolled_back = |_: &Self, state: &State| state.has(Status::RolledBack);
            properties.push(Property::sometimes("an upgrade is rolled back", rolled_back));
        }
        properties
    }
}

impl State {
    fn has(&self, status: Status) -> bool {
        self.proposals.iter().any(|proposal| proposal.status() == status)
    }
}
