use anchor_lang::prelude::*;
use windlass_rules::migration_plan::{Dropped, Layout, Mapped, Plan};

/// What an upgrade does to the program's accounts; part of the vote. At most 512 bytes of borsh.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub struct MigrationPlan {
    /// 1 to 4. Accounts that hold a plan are sized by the plan that it is.
    #[max_len(0)]
    pub layouts: Vec<AccountLayout>,
    /// Accounts that a rollback may leave in the new layout.
    pub may_strand: u64,
    /// Each migrated account gets an AccountVersion.
    pub receipts: bool,
}

/// One kind of account, before and after.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub struct AccountLayout {
    pub old_discriminator: [u8; 8],
    pub new_discriminator: [u8; 8],
    /// Bytes of the account's data, the discriminator included.
    pub old_size: u32,
    pub new_size: u32,
    #[max_len(0)]
    pub mapped: Vec<MappedRange>,
    #[max_len(0)]
    pub dropped: Vec<DroppedRange>,
}

/// Bytes that stay what they are; only their place changes.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappedRange {
    pub from: u16,
    pub to: u16,
    pub len: u16,
}

/// Bytes of the old layout that may be lost.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct DroppedRange {
    pub from: u16,
    pub len: u16,
}

impl MigrationPlan {
    pub fn rules(&self) -> Plan {
        Plan {
            layouts: self.layouts.iter().map(AccountLayout::rules).collect(),
            may_strand: self.may_strand,
            receipts: self.receipts,
        }
    }
}

impl AccountLayout {
    pub fn rules(&self) -> Layout {
        let mapped = |range: &MappedRange| Mapped { from: range.from, to: range.to, len: range.len };
        let dropped = |range: &DroppedRange| Dropped { from: range.from, len: range.len };
        Layout {
            old_discriminator: self.old_discriminator,
            new_discriminator: self.new_discriminator,
            old_size: self.old_size,
            new_size: self.new_size,
            mapped: self.mapped.iter().map(mapped).collect(),
            dropped: self.dropped.iter().map(dropped).collect(),
        }
    }
}
