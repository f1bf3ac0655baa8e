//! What a migration does to accounts: the layouts before and after, and where each byte goes. It is part of the vote.
//!
//! A layout has a fixed size, and its fields lie at fixed offsets. Its discriminator (the first 8 bytes) tells it from
//! every other layout of the plan, so that an account's own bytes say which layout it is in.

use alloc::vec::Vec;
use core::ops::Range;

use crate::config::check;
use crate::RuleError;

pub const MAX_LAYOUTS: usize = 4;
/// Bytes of a plan as borsh lays it; it is stored with the proposal and with the tracker.
pub const MAX_PLAN_LEN: usize = 512;
/// The runtime's `MAX_PERMITTED_DATA_INCREASE`: what an account may grow in one instruction.
pub const MAX_RESIZE: u32 = 10_240;
pub const DISCRIMINATOR_LEN: u32 = 8;
/// No more mapped ranges than this fit into `MAX_PLAN_LEN` bytes.
pub const MAX_MAPPED: usize = (MAX_PLAN_LEN - EMPTY_PLAN_LEN - EMPTY_LAYOUT_LEN) / MAPPED_LEN;

/// The number of layouts (u32), `may_strand`, `receipts`.
const EMPTY_PLAN_LEN: usize = 4 + 8 + 1;
/// Two discriminators, two sizes, the numbers of mapped and of dropped ranges.
const EMPTY_LAYOUT_LEN: usize = 2 * 8 + 2 * 4 + 2 * 4;
const MAPPED_LEN: usize = 6;
const DROPPED_LEN: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub layouts: Vec<Layout>,
    /// Accounts that may be left in the new layout when the upgrade is rolled back.
    pub may_strand: u64,
    /// Does each account get a receipt of its own?
    pub receipts: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub old_discriminator: [u8; 8],
    pub new_discriminator: [u8; 8],
    /// Bytes of the account's data, the discriminator included.
    pub old_size: u32,
    pub new_size: u32,
    /// These bytes stay what they are; only their place changes.
    pub mapped: Vec<Mapped>,
    /// These bytes of the old layout may be lost.
    pub dropped: Vec<Dropped>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// Offset in the old layout.
    pub from: u16,
    /// Offset in the new layout.
    pub to: u16,
    pub len: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Offset in the old layout.
    pub from: u16,
    pub len: u16,
}

/// In which of the plan's layouts is an account? The number is the layout's place in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Old(usize),
    New(usize),
}

/// One side of a layout: an account before it is migrated, or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Old,
    New,
}

impl Plan {
    /// # Errors
    /// `PlanLayoutCount`, `PlanTooLong`, `PlanDiscriminator`, or what `Layout::validate` says.
    pub fn validate(&self) -> Result<(), RuleError> {
        check((1..=MAX_LAYOUTS).contains(&self.layouts.len()), RuleError::PlanLayoutCount)?;
        check(self.encoded_len()? <= MAX_PLAN_LEN, RuleError::PlanTooLong)?;
        check(self.discriminators_differ(), RuleError::PlanDiscriminator)?;
        self.layouts.iter().try_for_each(Layout::validate)
    }

    /// Bytes of this plan as borsh lays it.
    pub fn encoded_len(&self) -> Result<usize, RuleError> {
        let lengths = self.layouts.iter().map(Layout::encoded_len);
        lengths
            .chain([Some(EMPTY_PLAN_LEN)])
            .try_fold(0usize, |sum, len| sum.checked_add(len?))
            .ok_or(RuleError::Overflow)
    }

    /// The layout that these bytes are in; None: nothing that the plan knows. Both the discriminator and the size have
    /// to be the layout's.
    pub fn find(&self, data: &[u8]) -> Option<Found> {
        let is_in = |side| self.layouts.iter().position(|layout| layout.fits(side, data));
        is_in(Side::Old).map(Found::Old).or_else(|| is_in(Side::New).map(Found::New))
    }

    fn discriminators_differ(&self) -> bool {
        let all =
            || self.layouts.iter().flat_map(|layout| [layout.old_discriminator, layout.new_discriminator]);
        let once = |wanted| all().filter(|discriminator| *discriminator == wanted).count() == 1;
        all().all(|discriminator| discriminator != [0; 8] && once(discriminator))
    }
}

impl Layout {
    /// # Errors
    /// `PlanSize` where a size has no room for the discriminator, or an account would grow or shrink by more than one
    /// instruction can undo. `PlanFieldMap` where an old byte is mapped or dropped not exactly once, two ranges meet in
    /// the new layout, a range is empty, or one leaves its layout or touches the discriminator.
    pub fn validate(&self) -> Result<(), RuleError> {
        let sizes = self.old_size >= DISCRIMINATOR_LEN
            && self.new_size >= DISCRIMINATOR_LEN
            && self.old_size.abs_diff(self.new_size) <= MAX_RESIZE;
        check(sizes, RuleError::PlanSize)?;

        let old = self.mapped_ranges(Side::Old).chain(self.dropped.iter().map(Dropped::range));
        let covered = disjoint(old, self.old_size).ok_or(RuleError::PlanFieldMap)?;
        let complete = Some(covered) == self.old_size.checked_sub(DISCRIMINATOR_LEN);
        let fits = disjoint(self.mapped_ranges(Side::New), self.new_size).is_some();
        check(complete && fits, RuleError::PlanFieldMap)
    }

    pub fn size(&self, side: Side) -> u32 {
        match side {
            Side::Old => self.old_size,
            Side::New => self.new_size,
        }
    }

    pub fn discriminator(&self, side: Side) -> [u8; 8] {
        match side {
            Side::Old => self.old_discriminator,
            Side::New => self.new_discriminator,
        }
    }

    pub fn fits(&self, side: Side, data: &[u8]) -> bool {
        data.len() == self.size(side) as usize && data.starts_with(&self.discriminator(side))
    }

    /// Where the mapped bytes lie on one side, in the plan's order: equal bytes on both sides, or the migration is wrong.
    pub fn mapped_ranges(&self, side: Side) -> impl Iterator<Item = Range<u32>> + Clone + '_ {
        self.mapped.iter().map(move |mapped| mapped.range(side))
    }

    fn encoded_len(&self) -> Option<usize> {
        let mapped = self.mapped.len().checked_mul(MAPPED_LEN)?;
        let dropped = self.dropped.len().checked_mul(DROPPED_LEN)?;
        EMPTY_LAYOUT_LEN.checked_add(mapped)?.checked_add(dropped)
    }
}

impl Mapped {
    /// Where the bytes lie on one side.
    pub fn range(&self, side: Side) -> Range<u32> {
        match side {
            Side::Old => range(self.from, self.len),
            Side::New => range(self.to, self.len),
        }
    }
}

impl Dropped {
    /// Where the bytes lie in the old layout.
    pub fn range(&self) -> Range<u32> {
        range(self.from, self.len)
    }
}

/// Two u16 never leave a u32.
fn range(start: u16, len: u16) -> Range<u32> {
    let start = u32::from(start);
    start..start.saturating_add(u32::from(len))
}

/// How many bytes `ranges` cover: None where one is empty, leaves the fields of a layout of `size` bytes, or meets
/// another one. Ranges that lie inside and do not meet cover every byte exactly when their lengths add up to it.
fn disjoint(ranges: impl Iterator<Item = Range<u32>> + Clone, size: u32) -> Option<u32> {
    let inside =
        |range: &Range<u32>| DISCRIMINATOR_LEN <= range.start && range.start < range.end && range.end <= size;
    let meet = |one: &Range<u32>, other: &Range<u32>| one.start < other.end && other.start < one.end;
    let alone = |(place, range): (usize, Range<u32>)| {
        inside(&range) && !ranges.clone().take(place).any(|earlier| meet(&range, &earlier))
    };
    if !ranges.clone().enumerate().all(alone) {
        return None;
    }
    ranges.map(|range| range.end.saturating_sub(range.start)).try_fold(0u32, u32::checked_add)
}
