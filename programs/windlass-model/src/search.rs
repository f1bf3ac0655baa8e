//! A search that keeps little of each state: a fingerprint, and which action of which other state led to it. What is
//! still to be looked at is made once more from there, where Stateright's own search keeps all of it in memory: twenty
//! to thirty bytes a state instead of a kilobyte.
//!
//! Breadth first, by one thread: the way to a violation is the shortest. Two states with equal fingerprints (64 bits)
//! would be taken as one: among a hundred million states that happens anywhere with a probability of 3 in 10,000.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use stateright::{Expectation, Model, Property};

use crate::action::Action;
use crate::scope::Scope;
use crate::state::State;

/// Some 200 MB of states.
const MOST_KEPT: usize = 1 << 18;

/// How far a search is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub states: usize,
    /// Steps that were accepted, whether their state was new or not.
    pub reached: u64,
    /// Every state that so many steps less one lead to was seen and checked; the first state has depth 1.
    pub depth: usize,
}

/// How a search ended.
#[derive(Clone, Debug)]
pub enum End {
    /// There is no state left, and of the properties that some state should have, these were had by none.
    Complete { never: Vec<&'static str> },
    /// It was told to.
    Stopped,
    /// The property that does not hold, and the shortest way there.
    Violated { property: &'static str, path: Vec<Action> },
}

pub struct Search<'a> {
    scope: &'a Scope,
    always: Vec<Property<Scope>>,
    sometimes: Vec<Property<Scope>>,
    seen: HashSet<u64, BuildHasherDefault<AsItIs>>,
    /// Of each state in the order in which they were found: the one it came from, and by which of its actions.
    parents: Vec<u32>,
    by: Vec<u8>,
    most_kept: usize,
    /// Those next in line whose states are still there, with their places: all, where a depth has few states.
    kept: VecDeque<(u32, State)>,
    /// The states on the way to the last one that had to be made once more, with their places.
    way: Vec<(u32, State)>,
    reached: u64,
    depth: usize,
}

impl<'a> Search<'a> {
    pub fn new(scope: &'a Scope) -> Self {
        Self::keeping(MOST_KEPT, scope)
    }

    /// A search that keeps so many of the states next in line.
    pub fn keeping(most_kept: usize, scope: &'a Scope) -> Self {
        let (sometimes, always) = scope
            .properties()
            .into_iter()
            .partition(|property| matches!(property.expectation, Expectation::Sometimes));
        Self {
            scope,
            always,
            sometimes,
            seen: HashSet::default(),
            parents: Vec::new(),
            by: Vec::new(),
            most_kept,
            kept: VecDeque::new(),
            way: Vec::new(),
            reached: 0,
            depth: 1,
        }
    }

    pub fn progress(&self) -> Progress {
        Progress { states: self.parents.len(), reached: self.reached, depth: self.depth }
    }

    /// Look at every state, or until `go_on`, asked now and then, says no.
    ///
    /// # Panics
    /// Where there are more states than a u32 counts, or a state has more actions than a u8 does.
    pub fn run(&mut self, mut go_on: impl FnMut(&Progress) -> bool) -> End {
        const ASK_AFTER: u32 = 1_024;
        let first = self.scope.init_states().remove(0);
        if let Some(property) = self.add(&first, (0, 0)) {
            return End::Violated { property, path: Vec::new() };
        }
        self.way = vec![(0, first)];
        let (mut at, mut last_of_depth) = (0, 0);
        let mut actions = Vec::new();
        while (at as usize) < self.parents.len() {
            if at % ASK_AFTER == 0 && !go_on(&self.progress()) {
                return End::Stopped;
            }
            let state = self.state(at);
            actions.clear();
            self.scope.actions(&state, &mut actions);
            for (number, action) in actions.iter().enumerate() {
                let Some(next) = self.scope.next_state(&state, *action) else { continue };
                self.reached += 1;
                let number = u8::try_from(number).expect("a state has at most 256 actions");
                if let Some(property) = self.add(&next, (at, number)) {
                    let path = self.path(self.parents.len() as u32 - 1);
                    return End::Violated { property, path };
                }
            }
            if at == last_of_depth && self.parents.len() as u32 - 1 > at {
                last_of_depth = self.parents.len() as u32 - 1;
                self.depth += 1;
            }
            at += 1;
        }
        End::Complete { never: self.sometimes.iter().map(|property| property.name).collect() }
    }

    /// Remember a state if it is new; the property that it breaks.
    fn add(&mut self, state: &State, (parent, by): (u32, u8)) -> Option<&'static str> {
        let mut hasher = DefaultHasher::new();
        state.hash(&mut hasher);
        if !self.seen.insert(hasher.finish()) {
            return None;
        }
        assert!(self.parents.len() < u32::MAX as usize, "more states than a u32 counts");
        self.parents.push(parent);
        self.by.push(by);
        if self.kept.len() < self.most_kept {
            self.kept.push_back((self.parents.len() as u32 - 1, state.clone()));
        }
        self.sometimes.retain(|property| !(property.condition)(self.scope, state));
        let broken = |property: &&Property<Scope>| !(property.condition)(self.scope, state);
        self.always.iter().find(broken).map(|property| property.name)
    }

    /// The actions that led to a state.
    fn path(&self, mut at: u32) -> Vec<Action> {
        let mut numbers = Vec::new();
        while at != 0 {
            numbers.push(self.by[at as usize]);
            at = self.parents[at as usize];
        }
        let mut state = self.way[0].1.clone();
        let steps = numbers.into_iter().rev().map(|number| {
            let (action, next) = self.step(&state, number);
            state = next;
            action
        });
        steps.collect()
    }

    /// The action of this number in a state, and where it leads.
    fn step(&self, state: &State, number: u8) -> (Action, State) {
        let mut actions = Vec::new();
        self.scope.actions(state, &mut actions);
        let action = actions[usize::from(number)];
        (action, self.scope.next_state(state, action).expect("it was accepted before"))
    }

    /// The state at this place. Made once more where it was not kept: neighbours have most of their way in common, so
    /// little of it is gone again.
    fn state(&mut self, at: u32) -> State {
        if let Some((place, state)) = self.kept.pop_front() {
            if place == at {
                return state;
            }
            self.kept.push_front((place, state));
        }
        let mut missing = Vec::new();
        let mut place = at;
        let mut depth = self.depth - 1;
        while self.way.get(depth).is_none_or(|(known, _)| *known != place) {
            missing.push(place);
            place = self.parents[place as usize];
            depth -= 1;
        }
        self.way.truncate(depth + 1);
        for place in missing.into_iter().rev() {
            let (_, state) = self.way.last().expect("every way begins at the first state");
            let (_, next) = self.step(state, self.by[place as usize]);
            self.way.push((place, next));
        }
        let (_, state) = self.way.last().expect("every way begins at the first state");
        state.clone()
    }
}

/// A fingerprint is as good a hash as any.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("fingerprints are hashed, and nothing else")
    }

    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }
}
