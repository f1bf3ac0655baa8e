//! Migration plans of any numbers: a plan is accepted exactly where, byte by byte, each old byte goes to one place and
//! no new byte comes from two.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass_rules::migration_plan::{Dropped, Found, Layout, Mapped, Plan, Side, MAX_PLAN_LEN, MAX_RESIZE};

/// Numbers off the front of the input; zeros once it is used up.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn bytes<const LEN: usize>(&mut self) -> [u8; LEN] {
        let mut bytes = [0; LEN];
        let len = LEN.min(self.0.len());
        let (mine, rest) = self.0.split_at(len);
        bytes[..len].copy_from_slice(mine);
        self.0 = rest;
        bytes
    }

    fn byte(&mut self) -> u8 {
        u8::from_le_bytes(self.bytes())
    }

    /// Small enough to fit together, now and then any.
    fn offset(&mut self) -> u16 {
        match self.byte() {
            255 => u16::from_le_bytes(self.bytes()),
            small => small.into(),
        }
    }

    fn size(&mut self) -> u32 {
        match self.byte() {
            255 => u32::from_le_bytes(self.bytes()),
            254 => u16::from_le_bytes(self.bytes()).into(),
            small => small.into(),
        }
    }

    fn layout(&mut self) -> Layout {
        let (old_discriminator, new_discriminator) = ([self.byte(); 8], [self.byte(); 8]);
        let (old_size, new_size) = (self.size(), self.size());
        let (mapped, dropped) = (self.byte() % 8, self.byte() % 8);
        Layout {
            old_discriminator,
            new_discriminator,
            old_size,
            new_size,
            mapped: (0..mapped)
                .map(|_| Mapped { from: self.offset(), to: self.offset(), len: self.offset() })
                .collect(),
            dropped: (0..dropped).map(|_| Dropped { from: self.offset(), len: self.offset() }).collect(),
        }
    }
}

/// How often each byte of a layout is named; None where a range is empty or leaves the fields.
fn named(ranges: impl Iterator<Item = (u16, u16)>, size: u32) -> Option<Vec<u8>> {
    let mut times = vec![0u8; size as usize];
    for (from, len) in ranges {
        if len == 0 || from < 8 {
            return None;
        }
        for byte in usize::from(from)..usize::from(from) + usize::from(len) {
            *times.get_mut(byte)? += 1;
        }
    }
    Some(times.split_off(8))
}

fn layout_is_sound(layout: &Layout) -> bool {
    let sizes = [layout.old_size, layout.new_size];
    if sizes.iter().any(|size| *size < 8) || sizes[0].abs_diff(sizes[1]) > MAX_RESIZE {
        return false;
    }
    // No range reaches further than two u16 do.
    let sizes = sizes.map(|size| size.min(131_072));
    let old = layout.mapped.iter().map(|mapped| (mapped.from, mapped.len));
    let old = named(old.chain(layout.dropped.iter().map(|dropped| (dropped.from, dropped.len))), sizes[0]);
    let new = named(layout.mapped.iter().map(|mapped| (mapped.to, mapped.len)), sizes[1]);
    old.is_some_and(|times| times.iter().all(|times| *times == 1))
        && new.is_some_and(|times| times.iter().all(|times| *times <= 1))
}

fn is_sound(plan: &Plan) -> bool {
    let len = 13
        + plan
            .layouts
            .iter()
            .map(|layout| 32 + 6 * layout.mapped.len() + 4 * layout.dropped.len())
            .sum::<usize>();
    let discriminators: Vec<_> =
        plan.layouts.iter().flat_map(|layout| [layout.old_discriminator, layout.new_discriminator]).collect();
    let differ = discriminators
        .iter()
        .enumerate()
        .all(|(place, one)| *one != [0; 8] && !discriminators[..place].contains(one));
    assert_eq!(plan.encoded_len(), Ok(len));
    (1..=4).contains(&plan.layouts.len())
        && len <= MAX_PLAN_LEN
        && differ
        && plan.layouts.iter().all(layout_is_sound)
}

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input(bytes);
    let layouts = input.byte() % 6;
    let plan = Plan {
        layouts: (0..layouts).map(|_| input.layout()).collect(),
        may_strand: u64::from_le_bytes(input.bytes()),
        receipts: input.byte() % 2 == 1,
    };
    let sound = is_sound(&plan);
    assert_eq!(plan.validate().is_ok(), sound, "{:?} of {plan:?}", plan.validate());
    if !sound {
        return;
    }
    for (place, layout) in plan.layouts.iter().enumerate() {
        for (side, found) in [(Side::Old, Found::Old(place)), (Side::New, Found::New(place))] {
            // Of megabytes only the length would be looked at.
            if layout.size(side) > 1 << 17 {
                continue;
            }
            let mut account = layout.discriminator(side).to_vec();
            account.resize(layout.size(side) as usize, 0);
            assert_eq!(plan.find(&account), Some(found));
            account.push(0);
            assert_eq!(plan.find(&account), None, "a byte too long");
        }
    }
});
