//! Members with equal roles differ by what they did alone: states that only swap them are one.

use crate::scope::Scope;
use crate::state::State;

/// The state with all members but the first, who have equal roles in every config, in the order of what they did.
pub fn representative(mut state: State, scope: &Scope) -> State {
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
