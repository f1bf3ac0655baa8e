//! A model whose rules are not those of the built program is told apart from it, each broken in one place.

use windlass_rules::approve::{approve, Approval, Approved};
use windlass_rules::cancel::{cancel, CancelVote};
use windlass_rules::config::Config;
use windlass_rules::execute::{execute, Executed, Execution};
use windlass_rules::pause::{pause, Pause};
use windlass_rules::program::Program;
use windlass_rules::proposal::Proposal;
use windlass_rules::revoke::{revoke, Revoked};
use windlass_rules::{Key, RuleError};
use windlass_stateful::idl;
use windlass_stateful::rules::Rules;
use windlass_stateful::run::{run, Disagreement, Ground};

/// Lives in which it has to be noticed.
const LIVES: u64 = 40;

fn noticed(rules: Rules) -> Disagreement {
    let ground = Ground { attempts: 60, ..Ground::new() };
    let result = run(&ground, rules, 1, 0, |life, _| life + 1 == LIVES);
    *result.err().expect("a broken rule is noticed")
}

#[test]
fn the_rules_as_they_are_agree_on_every_instruction() {
    let ground = Ground::new();
    let tally = run(&ground, Rules::default(), 1, 0, |life, _| life + 1 == LIVES).unwrap();
    assert_eq!(tally.seldom(&idl::instructions(), 5), Vec::<&str>::new(), "{tally}");
}

#[test]
fn one_approval_too_few_is_noticed() {
    fn lax(
        config: &Config,
        program: Option<&Program>,
        proposal: &Proposal,
        approval: &Approval,
    ) -> Result<Approved, RuleError> {
        let config = Config { threshold: config.threshold.saturating_sub(1).max(1), ..config.clone() };
        approve(&config, program, proposal, approval)
    }
    let disagreement = noticed(Rules { approve: lax, ..Rules::default() });
    assert!(disagreement.why.contains("proposal"), "{disagreement}");
    assert!(disagreement.steps.len() < disagreement.after, "{disagreement}");
}

#[test]
fn an_execution_one_second_early_is_noticed() {
    fn early(
        config: &Config,
        program: &Program,
        proposal: &Proposal,
        execution: &Execution,
    ) -> Result<Executed, RuleError> {
        execute(config, program, proposal, &Execution { now: execution.now + 1, ..*execution })
    }
    let disagreement = noticed(Rules { execute: early, ..Rules::default() });
    assert!(
        disagreement.why.contains("TimelockNotOver") || disagreement.why.contains("GraceOver"),
        "{disagreement}"
    );
}

#[test]
fn a_revocation_that_keeps_the_timelock_is_noticed() {
    fn kept(config: &Config, proposal: &Proposal, member: &Key) -> Result<Revoked, RuleError> {
        let revoked = revoke(config, proposal, member)?;
        Ok(Revoked { status: proposal.status, falls: false, expires_at: proposal.expires_at, ..revoked })
    }
    noticed(Rules { revoke: kept, ..Rules::default() });
}

#[test]
fn a_vote_to_cancel_that_counts_twice_is_noticed() {
    fn twice(config: &Config, proposal: &Proposal, member: &Key) -> Result<CancelVote, RuleError> {
        let fresh = Proposal { cancel_votes: Vec::new(), ..proposal.clone() };
        let vote = cancel(config, &fresh, member)?;
        let again = proposal.cancel_votes.len() as u8;
        Ok(CancelVote { cancel_votes: vote.cancel_votes + again, ..vote })
    }
    noticed(Rules { cancel: twice, ..Rules::default() });
}

#[test]
fn a_fourth_pause_in_thirty_days_is_noticed() {
    fn lax(config: &Config, guard: &Key, seconds: i64, now: i64) -> Result<Pause, RuleError> {
        let mut config = config.clone();
        let recent = config.pause.recent;
        config.pause.recent[0] = 0;
        let paused = pause(&config, guard, seconds, now)?;
        Ok(Pause { recent: [recent[1], recent[2], now], ..paused })
    }
    let disagreement = noticed(Rules { pause: lax, ..Rules::default() });
    assert!(disagreement.why.contains("PauseLimit"), "{disagreement}");
}
