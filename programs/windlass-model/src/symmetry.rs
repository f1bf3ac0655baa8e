//! States that differ only by names are one: members with equal roles differ by what they did alone, and proposals by
//! what they are and what refers to them, not by which was made first.

use crate::scope::Scope;
use crate::state::{ProposalAccount, State, AS_REGISTERED, REGISTERED_AGAIN};

/// The least of all states that renaming members (all but the first, who have equal roles in every config) and
/// proposals makes of this one: equal for two states exactly where renaming makes one of the other.
pub fn representative(state: State, scope: &Scope) -> State {
    let mut renamed = orders(&state).into_iter().map(|order| {
        let state = if order.is_sorted() { state.clone() } else { with_proposals_in(&state, &order) };
        with_members_sorted(state, scope)
    });
    match (renamed.next(), renamed.min()) {
        (Some(one), None) => one,
        (Some(one), Some(other)) => one.min(other),
        (None, _) => state,
    }
}

/// The orders of proposals to try: sorted by what tells them apart whoever the members are, and all that this leaves.
fn orders(state: &State) -> Vec<Vec<usize>> {
    if state.proposals.len() < 2 {
        return vec![(0..state.proposals.len()).collect()];
    }
    let traits: Vec<_> = (0..state.proposals.len()).map(|id| traits(state, id)).collect();
    let mut sorted: Vec<_> = traits.iter().collect();
    sorted.sort();
    sorted.into_iter().fold(vec![vec![]], |orders, next| {
        let extended = orders.iter().flat_map(|order: &Vec<usize>| {
            let fits = |id: &usize| traits[*id] == *next && !order.contains(id);
            (0..traits.len()).filter(fits).map(|id| [order.as_slice(), &[id]].concat())
        });
        extended.collect()
    })
}

/// A proposal without the names of members and proposals in it, and what the program says of it.
fn traits(state: &State, id: usize) -> (ProposalAccount, [bool; 6]) {
    let anonymous = |votes: [u8; 4]| {
        let mut votes = votes;
        votes[1..].sort_unstable();
        votes
    };
    let proposal = &state.proposals[id];
    let account = ProposalAccount {
        proposer: proposal.proposer.min(1),
        approvals: anonymous(proposal.approvals),
        cancel_votes: anonymous(proposal.cancel_votes),
        kept: proposal.kept.map(|(version, _)| (version, 0)),
        rolls_back: proposal.rolls_back.map(|_| 0),
        ..proposal.clone()
    };
    let program = &state.program;
    let named = |name: Option<u8>| name == Some(id as u8);
    let referred = [
        named(program.slot),
        named(program.rollback_slot),
        named(program.kept.map(|(by, _)| by)),
        named(program.last_upgrade),
        named(program.migration),
        program.code == id as u8 + 1,
    ];
    (account, referred)
}

/// The proposals in another order, and every reference to one renamed.
fn with_proposals_in(state: &State, order: &[usize]) -> State {
    let place = |id: u8| order.iter().position(|other| *other == usize::from(id)).map_or(id, |at| at as u8);
    let code = |code: u8| match code {
        AS_REGISTERED | REGISTERED_AGAIN => code,
        upgrade => place(upgrade - 1) + 1,
    };
    let mut state = state.clone();
    state.proposals = order.iter().map(|id| state.proposals[*id].clone()).collect();
    for proposal in &mut state.proposals {
        proposal.kept = proposal.kept.map(|(version, of)| (version, code(of)));
        proposal.rolls_back = proposal.rolls_back.map(place);
    }
    let program = &mut state.program;
    for name in
        [&mut program.slot, &mut program.rollback_slot, &mut program.last_upgrade, &mut program.migration]
    {
        *name = name.map(place);
    }
    program.kept = program.kept.map(|(by, version)| (place(by), version));
    program.code = code(program.code);
    state.ghost.former_code = state.ghost.former_code.map(code);
    state
}

/// The members with equal roles in the order of what they did.
fn with_members_sorted(mut state: State, scope: &Scope) -> State {
    let mut order: Vec<usize> = (1..usize::from(scope.members)).collect();
    let signature = |member: usize| {
        let votes = state.proposals.iter().map(|proposal| {
            let mine = usize::from(proposal.proposer) == member;
            (mine, proposal.approvals[member], proposal.cancel_votes[member])
        });
        let paused = state.pause.by.map(usize::from) == Some(member);
        (state.open_proposals[member], paused, votes.collect::<Vec<_>>())
    };
    order.sort_by_cached_key(|member| signature(*member));
    if order.is_sorted() {
        return state;
    }
    let mut to: [u8; 4] = [0, 1, 2, 3];
    for (place, member) in order.iter().enumerate() {
        to[*member] = place as u8 + 1;
    }
    let moved = |counts: [u8; 4]| {
        let mut moved = counts;
        for (member, count) in counts.iter().enumerate() {
            moved[usize::from(to[member])] = *count;
        }
        moved
    };
    let renamed = |member: u8| to.get(usize::from(member)).copied().unwrap_or(member);
    state.open_proposals = moved(state.open_proposals);
    state.pause.by = state.pause.by.map(renamed);
    for proposal in &mut state.proposals {
        proposal.proposer = renamed(proposal.proposer);
        proposal.approvals = moved(proposal.approvals);
        proposal.cancel_votes = moved(proposal.cancel_votes);
    }
    state
}
