//! What must be true after every step, whatever was sent. Nothing here asks the model or the rules' functions: it is
//! read from the accounts, and from the events.

use std::collections::BTreeSet;

use anchor_lang::prelude::Pubkey;
use anchor_lang::AnchorSerialize;
use solana_account::{AccountSharedData, ReadableAccount};
use windlass::state::{ProposalKind, ProposalStatus, UpgradeProposal, Vote};
use windlass_rules::roles;
use windlass_rules::transitions::{Status, TRANSITIONS};

use crate::actors::Places;
use crate::chain::Chain;
use crate::events::Told;
use crate::facts::{lock_of, Facts};

const DAY: i64 = 86_400;

/// A step that was taken.
pub struct Moment<'a> {
    pub before: &'a Facts,
    pub after: &'a Facts,
    pub told: &'a Told,
    pub chain: &'a Chain,
    pub places: &'a Places,
    pub now: i64,
    pub call: &'static str,
    /// How many events it emitted.
    pub events: usize,
    /// The transaction's accounts before and after it.
    pub accounts: &'a [(Pubkey, Option<AccountSharedData>, Option<AccountSharedData>)],
    /// Lamports.
    pub fee: u64,
}

type Invariant = fn(&Moment) -> bool;

pub const INVARIANTS: [(&str, Invariant); 21] = [
    ("each proposal's approvals are what the events add up to, each member's once", approvals_add_up),
    ("each proposal's cancel votes are what the events add up to, each member's once", cancel_votes_add_up),
    ("each stream's number and digest are those of the events it emitted", streams_agree),
    ("a change emits one event, and a migration one for each account it moved", one_event_a_change),
    ("a governed program's upgrade authority is Windlass's address, and it signs for nothing else", authority),
    ("the buffer of an open upgrade, and every kept copy, is under that address", locked),
    ("a program's version never falls, and rises by one", versions),
    ("the config's number never falls, and rises by one", config_numbers),
    ("a proposal's status moves along the table, or stays", statuses),
    ("what was voted on never changes", voted),
    ("a proposal that ended stays as it ended", ended),
    ("nothing is executed within 48 hours of its approval and the pauses since, a rollback within a minute", waits),
    ("nothing is executed after its time", in_time),
    ("what is approved has enough approvals, each by a member who may approve", enough),
    ("a member's open proposals are counted, and are three at most", quotas),
    ("a slot is held by what is approved for it, and what is approved and fresh holds it", slots),
    ("pauses last 72 hours at most, three in 30 days, and are accounted to the second", pauses),
    ("no config is below a floor or above a ceiling", floors),
    ("the counts of a migration are its events'", migration_counts),
    ("no lamports come or go but the fee", lamports),
    ("every account that is left pays its rent", rents),
];

fn same_voters(votes: &[Vote], told: Option<&BTreeSet<Pubkey>>) -> bool {
    let voters: BTreeSet<Pubkey> = votes.iter().map(|vote| vote.member).collect();
    voters.len() == votes.len() && told.map_or(voters.is_empty(), |told| *told == voters)
}

/// The proposals that are not as they were, with what they were.
fn changed<'a>(
    moment: &'a Moment,
) -> impl Iterator<Item = (Option<&'a UpgradeProposal>, &'a UpgradeProposal, Pubkey)> {
    let pairs = moment.after.proposals.iter().enumerate().map(|(place, after)| {
        let before = moment.before.proposals.get(place);
        let same = before.is_some_and(|before| std::rc::Rc::ptr_eq(before, after));
        (same, before.map(|before| &**before), &**after, place)
    });
    pairs
        .filter(|(same, ..)| !same)
        .map(|(_, before, after, place)| (before, after, moment.places.proposal(place as u64 + 1).address))
}

fn is_open(proposal: &UpgradeProposal) -> bool {
    matches!(proposal.status, ProposalStatus::Proposed | ProposalStatus::Approved)
}

fn approvals_add_up(moment: &Moment) -> bool {
    changed(moment)
        .all(|(_, proposal, address)| same_voters(&proposal.approvals, moment.told.approvals.get(&address)))
}

fn cancel_votes_add_up(moment: &Moment) -> bool {
    changed(moment).all(|(_, proposal, address)| {
        same_voters(&proposal.cancel_votes, moment.told.cancel_votes.get(&address))
    })
}

fn streams_agree(moment: &Moment) -> bool {
    let multisig =
        moment.after.multisig.iter().map(|multisig| (moment.places.multisig.address, multisig.stream));
    let running = moment.after.programs.iter().flatten().filter_map(|state| state.migration);
    let trackers =
        running.zip(moment.after.trackers.iter().flatten()).map(|(key, tracker)| (key, tracker.stream));
    multisig.chain(trackers).all(|(address, stream)| moment.told.stream(&address) == stream)
}

fn one_event_a_change(moment: &Moment) -> bool {
    match moment.call {
        "migrate_account" | "revert_account" => true,
        _ => moment.events == 1,
    }
}

fn authority(moment: &Moment) -> bool {
    let governed = moment.after.programs.iter().zip(&moment.after.authorities).enumerate();
    governed.into_iter().all(|(program, (state, authority))| {
        let own = moment.places.programs[program].upgrade_authority.address;
        let is_governed = state.as_ref().is_some_and(|state| !state.released);
        authority.is_some() && (!is_governed || *authority == Some(own))
    })
}

fn locked(moment: &Moment) -> bool {
    let lock = |proposal: &UpgradeProposal| {
        let places = &moment.places.programs;
        let of_program = places.iter().find(|of_program| of_program.program == proposal.program)?;
        Some(of_program.upgrade_authority.address)
    };
    moment.after.proposals.iter().all(|proposal| {
        let is_upgrade = proposal.kind == ProposalKind::Upgrade;
        let held = (is_upgrade && is_open(proposal)).then_some(proposal.buffer);
        let kept = proposal.rollback_buffer.map(|kept| kept.buffer);
        held.into_iter().chain(kept).all(|buffer| lock_of(moment.chain, &buffer) == lock(proposal))
    })
}

fn rises_by_one(before: u64, after: u64) -> bool {
    after == before || Some(after) == before.checked_add(1)
}

fn versions(moment: &Moment) -> bool {
    moment.before.programs.iter().zip(&moment.after.programs).all(|pair| match pair {
        (Some(before), Some(after)) => rises_by_one(before.version, after.version),
        (None, Some(after)) => after.version == 0,
        (before, None) => before.is_none(),
    })
}

fn config_numbers(moment: &Moment) -> bool {
    match (&moment.before.multisig, &moment.after.multisig) {
        (Some(before), Some(after)) => {
            rises_by_one(before.config_seq, after.config_seq)
                && rises_by_one(before.proposal_count, after.proposal_count)
        }
        (None, Some(after)) => after.config_seq == 0 && after.proposal_count == 0,
        (before, None) => before.is_none(),
    }
}

fn statuses(moment: &Moment) -> bool {
    changed(moment).all(|(before, after, _)| {
        let (from, to): (Option<Status>, Status) =
            (before.map(|before| before.status.into()), after.status.into());
        from == Some(to)
            || TRANSITIONS.iter().any(|transition| transition.from == from && transition.to == to)
    })
}

/// All that an approval names, and who made and paid for the proposal.
fn content(proposal: &UpgradeProposal) -> Vec<u8> {
    let mut bytes = Vec::new();
    let about = (
        proposal.multisig,
        proposal.program,
        proposal.id,
        proposal.kind,
        proposal.buffer,
        proposal.buffer_len,
    );
    let voted = (proposal.code_digest, proposal.base_version, proposal.no_rollback, proposal.config_seq);
    let made = (proposal.slot_hash, proposal.digest, proposal.proposer, proposal.payer, proposal.created_at);
    let more = (&proposal.plan, &proposal.new_config, &proposal.new_authority, &proposal.rolls_back);
    let all = (about, voted, made, more);
    all.serialize(&mut bytes).expect("a vector takes everything");
    bytes
}

fn voted(moment: &Moment) -> bool {
    changed(moment).all(|(before, after, _)| before.is_none_or(|before| content(before) == content(after)))
}

fn ended(moment: &Moment) -> bool {
    changed(moment).all(|(before, after, _)| {
        before.filter(|before| !is_open(before)).is_none_or(|before| {
            let times =
                |it: &UpgradeProposal| (it.approved_at, it.eta, it.expires_at, it.closed_at, it.pause_mark);
            let goes_on = matches!(before.status, ProposalStatus::Executed | ProposalStatus::Migrating);
            times(before) == times(after)
                && before.approvals == after.approvals
                && before.cancel_votes == after.cancel_votes
                && (before.status == after.status || goes_on)
        })
    })
}

/// Those that were executed by this step.
fn executed<'a>(moment: &'a Moment) -> impl Iterator<Item = (&'a UpgradeProposal, &'a UpgradeProposal)> {
    changed(moment).filter_map(|(before, after, _)| {
        let was_open = before.filter(|before| is_open(before))?;
        (after.status == ProposalStatus::Executed).then_some((was_open, after))
    })
}

fn waits(moment: &Moment) -> bool {
    executed(moment).all(|(before, _)| {
        let waited = moment.now - before.approved_at;
        match before.kind {
            ProposalKind::Rollback => waited >= 60,
            _ => {
                let paused = moment.told.paused(moment.now) - moment.told.paused(before.approved_at);
                waited >= 2 * DAY + paused
            }
        }
    })
}

fn in_time(moment: &Moment) -> bool {
    executed(moment).all(|(before, after)| {
        let program = moment.before.program_of(before);
        let window = program.map_or(0, |state| state.last_upgrade_at + 7 * DAY);
        after.closed_at == moment.now
            && moment.now < before.expires_at
            && (before.kind != ProposalKind::Rollback || moment.now < window)
    })
}

fn enough(moment: &Moment) -> bool {
    let Some(multisig) = &moment.after.multisig else { return true };
    moment.after.proposals.iter().filter(|it| it.status == ProposalStatus::Approved).all(|proposal| {
        if proposal.config_seq != multisig.config_seq {
            return true;
        }
        let needed = match proposal.kind {
            ProposalKind::Rollback => multisig.emergency_threshold,
            _ => multisig.threshold,
        };
        let may_approve = |vote: &Vote| {
            multisig.members.iter().any(|it| it.key == vote.member && it.roles & roles::APPROVE != 0)
        };
        proposal.approvals.len() >= usize::from(needed) && proposal.approvals.iter().all(may_approve)
    })
}

fn quotas(moment: &Moment) -> bool {
    let Some(multisig) = &moment.after.multisig else { return true };
    multisig.members.iter().all(|member| {
        let counts = |it: &&std::rc::Rc<UpgradeProposal>| {
            is_open(it) && it.proposer == member.key && it.config_seq == multisig.config_seq
        };
        let open = moment.after.proposals.iter().filter(counts).count();
        open == usize::from(member.open_proposals) && open <= 3
    })
}

fn slots(moment: &Moment) -> bool {
    let approved = |key: &Option<Pubkey>, kinds: &[ProposalKind], program: &Pubkey| {
        key.is_none_or(|key| {
            let named = moment
                .after
                .proposals
                .iter()
                .enumerate()
                .find(|(place, _)| moment.places.proposal(*place as u64 + 1).address == key);
            named.is_some_and(|(_, it)| {
                it.status == ProposalStatus::Approved && kinds.contains(&it.kind) && it.program == *program
            })
        })
    };
    let taken = moment.after.programs.iter().flatten().all(|state| {
        approved(&state.approved_proposal, &[ProposalKind::Upgrade, ProposalKind::Transfer], &state.program)
            && approved(&state.approved_rollback, &[ProposalKind::Rollback], &state.program)
    });
    let held = moment.after.proposals.iter().enumerate().all(|(place, it)| {
        let Some(state) = moment.after.program_of(it) else { return true };
        if it.status != ProposalStatus::Approved || !moment.after.is_fresh(it) {
            return true;
        }
        let slot =
            if it.kind == ProposalKind::Rollback { state.approved_rollback } else { state.approved_proposal };
        slot == Some(moment.places.proposal(place as u64 + 1).address)
    });
    taken && held
}

fn pauses(moment: &Moment) -> bool {
    let Some(multisig) = &moment.after.multisig else { return true };
    let begun: Vec<i64> = moment.told.pauses.iter().map(|(from, _)| *from).collect();
    let rare = begun.windows(4).all(|four| four[3] - four[0] >= 30 * DAY);
    let short = moment.told.pauses.iter().all(|(from, until)| (0..=3 * DAY).contains(&(until - from)));
    let running = match multisig.pause_started_at {
        0 => 0,
        from => moment.now.min(multisig.paused_until) - from,
    };
    rare && short && multisig.accumulated_pause + running == moment.told.paused(moment.now)
}

fn floors(moment: &Moment) -> bool {
    let Some(multisig) = &moment.after.multisig else { return true };
    let holders = |role: u8| multisig.members.iter().filter(|member| member.roles & role != 0).count();
    let approvers = holders(roles::APPROVE);
    let thresholds = [multisig.threshold, multisig.emergency_threshold, multisig.cancel_threshold];
    let own = moment.after.programs.iter().flatten().map(|state| state.timelock);
    thresholds.iter().all(|threshold| (1..=approvers).contains(&usize::from(*threshold)))
        && multisig.emergency_threshold >= multisig.threshold
        && usize::from(multisig.threshold) + usize::from(multisig.cancel_threshold) > approvers
        && holders(roles::PROPOSE) > 0
        && multisig.members.len() <= 16
        && (2 * DAY..=30 * DAY).contains(&multisig.timelock)
        && (14 * DAY..=30 * DAY).contains(&multisig.grace_period)
        && (3_600..=7 * DAY).contains(&multisig.voting_period)
        && (60..=30 * DAY).contains(&multisig.rollback_delay)
        && own.into_iter().all(|own| own == 0 || (2 * DAY..=30 * DAY).contains(&own))
}

fn migration_counts(moment: &Moment) -> bool {
    let running = moment.after.programs.iter().flatten().filter_map(|state| state.migration);
    running.zip(moment.after.trackers.iter().flatten()).all(|(key, tracker)| {
        let told = moment.told.moved.get(&key).copied().unwrap_or_default();
        told == (tracker.migrated, tracker.reverted)
    })
}

fn lamports_of(account: &Option<AccountSharedData>) -> u128 {
    account.as_ref().map_or(0, |account| u128::from(account.lamports()))
}

fn lamports(moment: &Moment) -> bool {
    let before: u128 = moment.accounts.iter().map(|(_, before, _)| lamports_of(before)).sum();
    let after: u128 = moment.accounts.iter().map(|(_, _, after)| lamports_of(after)).sum();
    before == after + u128::from(moment.fee)
}

fn rents(moment: &Moment) -> bool {
    let after = moment.accounts.iter().filter_map(|(_, _, after)| after.as_ref());
    let own = after.filter(|account| *account.owner() == windlass::ID);
    own.into_iter().all(|account| account.lamports() >= crate::world::rent(account.data().len()))
}
