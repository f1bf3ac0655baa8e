//! What a migration plan may say, each rule at its edge; then plans at random, compared with a map of every byte.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

use proptest::prelude::*;
use windlass_rules::migration_plan::{
    Dropped, Found, Layout, Mapped, Plan, Side, MAX_MAPPED, MAX_PLAN_LEN, MAX_RESIZE,
};
use windlass_rules::RuleError;

const OLD: [u8; 8] = *b"old one.";
const NEW: [u8; 8] = *b"new one.";

fn mapped(from: u16, to: u16, len: u16) -> Mapped {
    Mapped { from, to, len }
}

fn dropped(from: u16, len: u16) -> Dropped {
    Dropped { from, len }
}

/// 32 bytes become 40: two fields change places, one is lost.
fn layout() -> Layout {
    Layout {
        old_discriminator: OLD,
        new_discriminator: NEW,
        old_size: 32,
        new_size: 40,
        mapped: vec![mapped(8, 16, 8), mapped(16, 8, 8)],
        dropped: vec![dropped(24, 8)],
    }
}

fn plan_of(layouts: Vec<Layout>) -> Plan {
    Plan { layouts, may_strand: 0, receipts: false }
}

fn verdict(change: impl FnOnce(&mut Layout)) -> Result<(), RuleError> {
    let mut layout = layout();
    change(&mut layout);
    plan_of(vec![layout]).validate()
}

/// A layout that only its number tells from others; a field of `fields` bytes keeps its place.
fn numbered(number: u8, fields: u16) -> Layout {
    Layout {
        old_discriminator: [number; 8],
        new_discriminator: [number + 100; 8],
        old_size: 8 + u32::from(fields),
        new_size: 8 + u32::from(fields),
        mapped: if fields == 0 { vec![] } else { vec![mapped(8, 8, fields)] },
        dropped: vec![],
    }
}

#[test]
fn every_byte_that_is_mapped_or_dropped_once_makes_a_plan() {
    assert_eq!(verdict(|_| ()), Ok(()));
    assert_eq!(plan_of(vec![numbered(1, 0)]).validate(), Ok(()));
    let longest = Layout { mapped: vec![mapped(8, 8, 65_535)], ..numbered(1, 65_535) };
    assert_eq!(plan_of(vec![longest]).validate(), Ok(()));
}

#[test]
fn a_plan_has_one_to_four_layouts() {
    let layouts = |count: u8| plan_of((1..=count).map(|number| numbered(number, 8)).collect());
    assert_eq!(layouts(0).validate(), Err(RuleError::PlanLayoutCount));
    assert_eq!(layouts(1).validate(), Ok(()));
    assert_eq!(layouts(4).validate(), Ok(()));
    assert_eq!(layouts(5).validate(), Err(RuleError::PlanLayoutCount));
}

#[test]
fn a_plan_is_at_most_512_bytes_long() {
    let split = |ranges: usize, rest: usize| {
        let mut layout = numbered(1, 0);
        layout.mapped = (0..ranges as u16).map(|place| mapped(8 + place, 8 + place, 1)).collect();
        layout.dropped = (0..rest as u16).map(|place| dropped(8 + ranges as u16 + place, 1)).collect();
        layout.old_size = 8 + ranges as u32 + rest as u32;
        layout.new_size = layout.old_size;
        plan_of(vec![layout])
    };
    // 13 for the plan, 32 for the layout, 6 for each mapped range, 4 for each dropped one: never an even number
    let full = split(MAX_MAPPED, 1);
    assert_eq!(full.encoded_len(), Ok(13 + 32 + 77 * 6 + 4));
    assert_eq!((full.encoded_len(), full.validate()), (Ok(MAX_PLAN_LEN - 1), Ok(())));
    assert_eq!(split(76, 3).encoded_len(), Ok(MAX_PLAN_LEN + 1));
    assert_eq!(split(76, 3).validate(), Err(RuleError::PlanTooLong));
    assert_eq!(split(0, 116).validate(), Ok(()));
    assert_eq!(split(MAX_MAPPED + 1, 0).validate(), Err(RuleError::PlanTooLong));
}

#[test]
fn discriminators_tell_the_layouts_apart() {
    let refused = Err(RuleError::PlanDiscriminator);
    assert_eq!(verdict(|layout| layout.old_discriminator = [0; 8]), refused);
    assert_eq!(verdict(|layout| layout.new_discriminator = [0; 8]), refused);
    assert_eq!(verdict(|layout| layout.new_discriminator = OLD), refused);
    let shared = |change: fn(&mut Layout)| {
        let mut other = numbered(7, 8);
        change(&mut other);
        plan_of(vec![layout(), other]).validate()
    };
    assert_eq!(shared(|_| ()), Ok(()));
    assert_eq!(shared(|other| other.old_discriminator = OLD), refused);
    assert_eq!(shared(|other| other.old_discriminator = NEW), refused);
    assert_eq!(shared(|other| other.new_discriminator = OLD), refused);
    assert_eq!(shared(|other| other.new_discriminator = NEW), refused);
}

#[test]
fn a_layout_has_room_for_its_discriminator() {
    assert_eq!(verdict(|layout| layout.new_size = 7), Err(RuleError::PlanSize));
    assert_eq!(verdict(|layout| layout.old_size = 7), Err(RuleError::PlanSize));
    assert_eq!(verdict(|layout| layout.old_size = 0), Err(RuleError::PlanSize));
}

#[test]
fn an_account_grows_and_shrinks_by_no_more_than_one_instruction_can() {
    assert_eq!(verdict(|layout| layout.new_size = 32 + MAX_RESIZE), Ok(()));
    assert_eq!(verdict(|layout| layout.new_size = 32 + MAX_RESIZE + 1), Err(RuleError::PlanSize));
    assert_eq!(verdict(|layout| layout.new_size = u32::MAX), Err(RuleError::PlanSize));
    let shrinking = |old_fields: u16| Layout {
        new_size: 8,
        mapped: vec![],
        dropped: vec![dropped(8, old_fields)],
        ..numbered(1, old_fields)
    };
    assert_eq!(plan_of(vec![shrinking(10_240)]).validate(), Ok(()));
    assert_eq!(plan_of(vec![shrinking(10_241)]).validate(), Err(RuleError::PlanSize));
}

#[test]
fn an_old_byte_is_mapped_or_dropped_exactly_once() {
    let refused = Err(RuleError::PlanFieldMap);
    assert_eq!(verdict(|layout| layout.dropped = vec![dropped(24, 7)]), refused, "the last byte is nowhere");
    assert_eq!(
        verdict(|layout| layout.dropped = vec![dropped(25, 7)]),
        refused,
        "a byte in between is nowhere"
    );
    assert_eq!(
        verdict(|layout| layout.dropped = vec![dropped(23, 9)]),
        refused,
        "a byte is mapped and dropped"
    );
    assert_eq!(verdict(|layout| layout.dropped.push(dropped(24, 8))), refused, "bytes are dropped twice");
    assert_eq!(verdict(|layout| layout.dropped = vec![dropped(24, 9)]), refused, "beyond the end");
    assert_eq!(verdict(|layout| layout.mapped.push(mapped(8, 24, 8))), refused, "bytes are mapped twice");
    assert_eq!(
        verdict(|layout| layout.mapped[0] = mapped(7, 16, 9)),
        refused,
        "the discriminator is no field"
    );
    assert_eq!(verdict(|layout| layout.dropped.push(dropped(30, u16::MAX))), refused, "far beyond the end");
    // An overlap and a gap whose lengths add up to the right sum.
    assert_eq!(verdict(|layout| layout.dropped = vec![dropped(23, 8)]), refused);
}

#[test]
fn mapped_ranges_do_not_meet_in_the_new_layout() {
    let refused = Err(RuleError::PlanFieldMap);
    assert_eq!(verdict(|layout| layout.mapped[0].to = 15), refused);
    assert_eq!(verdict(|layout| layout.mapped[0].to = 8), refused);
    assert_eq!(verdict(|layout| layout.mapped[1].to = 7), refused, "the discriminator is no field");
    assert_eq!(verdict(|layout| layout.mapped[0].to = 32), Ok(()));
    assert_eq!(verdict(|layout| layout.mapped[0].to = 33), refused, "one byte beyond the end");
    assert_eq!(verdict(|layout| layout.mapped[0].to = u16::MAX), refused);
}

#[test]
fn an_empty_range_is_refused() {
    assert_eq!(verdict(|layout| layout.mapped.push(mapped(32, 32, 0))), Err(RuleError::PlanFieldMap));
    assert_eq!(verdict(|layout| layout.mapped.push(mapped(12, 30, 0))), Err(RuleError::PlanFieldMap));
    assert_eq!(verdict(|layout| layout.dropped.push(dropped(12, 0))), Err(RuleError::PlanFieldMap));
}

#[test]
fn an_account_is_known_by_its_discriminator_and_its_size() {
    let plan = plan_of(vec![numbered(1, 8), layout()]);
    let data = |discriminator: [u8; 8], len: usize| {
        let mut data = vec![0; len];
        data[..8].copy_from_slice(&discriminator);
        data
    };
    assert_eq!(plan.find(&data(OLD, 32)), Some(Found::Old(1)));
    assert_eq!(plan.find(&data(NEW, 40)), Some(Found::New(1)));
    assert_eq!(plan.find(&data([1; 8], 16)), Some(Found::Old(0)));
    for other in
        [data(OLD, 31), data(OLD, 33), data(OLD, 40), data(NEW, 32), data([9; 8], 32), vec![], vec![1; 7]]
    {
        assert_eq!(plan.find(&other), None);
    }
}

#[test]
fn mapped_ranges_are_as_long_on_both_sides_and_in_the_same_order() {
    let ranges = |side| layout().mapped_ranges(side).collect::<Vec<_>>();
    assert_eq!(ranges(Side::Old), [8..16, 16..24]);
    assert_eq!(ranges(Side::New), [16..24, 8..16]);
}

/// The slow way: what becomes of each byte.
fn by_the_byte(layout: &Layout) -> bool {
    let (old, new) = (layout.old_size as usize, layout.new_size as usize);
    let mut old_uses = vec![0; old];
    let mut new_uses = vec![0; new];
    let use_range = |uses: &mut Vec<i32>, from: u16, len: u16| {
        len > 0
            && (0..usize::from(len)).all(|offset| match uses.get_mut(usize::from(from) + offset) {
                Some(count) => {
                    *count += 1;
                    true
                }
                None => false,
            })
    };
    let inside = layout.mapped.iter().all(|range| {
        use_range(&mut old_uses, range.from, range.len) && use_range(&mut new_uses, range.to, range.len)
    }) && layout.dropped.iter().all(|range| use_range(&mut old_uses, range.from, range.len));
    inside
        && old_uses[..8].iter().all(|count| *count == 0)
        && new_uses[..8].iter().all(|count| *count == 0)
        && old_uses[8..].iter().all(|count| *count == 1)
        && new_uses[8..].iter().all(|count| *count <= 1)
}

/// Cut the old fields into ranges, deal them out, then bend some of it.
fn any_layout() -> impl Strategy<Value = Layout> {
    let cuts = prop::collection::vec((1u16..6, any::<bool>(), 0u16..40), 0..7);
    let bend = prop::option::weighted(0.5, (0usize..8, 0usize..3, 0u16..12));
    (cuts, 8u32..48, bend, any::<bool>()).prop_map(|(cuts, new_size, bend, in_order)| {
        let mut layout = Layout { new_size, mapped: vec![], dropped: vec![], ..layout() };
        let (mut from, mut next) = (8u16, 8u16);
        for (len, keep, to) in cuts {
            match keep {
                true => layout.mapped.push(mapped(from, if in_order { next } else { 8 + to }, len)),
                false => layout.dropped.push(dropped(from, len)),
            }
            from += len;
            next += len;
        }
        layout.old_size = u32::from(from);
        if in_order {
            layout.new_size = layout.new_size.max(u32::from(next));
        }
        if let Some((place, field, value)) = bend {
            if let Some(range) = layout.mapped.get_mut(place) {
                *[&mut range.from, &mut range.to, &mut range.len][field] = value;
            } else if let Some(range) = layout.dropped.get_mut(place % 3) {
                *[&mut range.from, &mut range.len][field % 2] = value;
            }
        }
        layout
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn a_plan_is_accepted_exactly_when_every_byte_agrees(layout in any_layout()) {
        prop_assert_eq!(layout.validate().is_ok(), by_the_byte(&layout), "{:?}", layout);
    }

    #[test]
    fn no_numbers_at_all_overflow(
        sizes in (any::<u32>(), any::<u32>()),
        map in prop::collection::vec((any::<u16>(), any::<u16>(), any::<u16>()), 0..8),
        drop in prop::collection::vec((any::<u16>(), any::<u16>()), 0..8),
        data in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let layout = Layout {
            old_size: sizes.0,
            new_size: sizes.1,
            mapped: map.iter().map(|(from, to, len)| mapped(*from, *to, *len)).collect(),
            dropped: drop.iter().map(|(from, len)| dropped(*from, *len)).collect(),
            ..layout()
        };
        let verdict = layout.validate();
        prop_assert!(matches!(verdict, Ok(()) | Err(RuleError::PlanSize | RuleError::PlanFieldMap)));
        for side in [Side::Old, Side::New] {
            prop_assert!(layout.mapped_ranges(side).all(|range| range.start <= range.end));
        }
        let _ = plan_of(vec![layout]).find(&data);
    }
}
