//! The receipts of migrated accounts, where a plan has them: made by the migration, kept up by what follows.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::system_program;
use windlass_rules::migration_plan::Side;

use crate::creation::create;
use crate::errors::WindlassError;
use crate::migration::Moved;
use crate::seeds;
use crate::state::AccountVersion;

/// Write down in `receipt` that `account` was moved. One that was born in the new layout has no receipt when it goes
/// back, and gets none: the event says it.
pub fn write<'info>(
    receipt: &AccountInfo<'info>,
    payer: &AccountInfo<'info>,
    tracker: &Pubkey,
    account: &Pubkey,
    moved: &Moved,
    to: Side,
    now: i64,
) -> Result<()> {
    let named = [seeds::ACCOUNT_VERSION, tracker.as_ref(), account.as_ref()];
    let (address, bump) = Pubkey::find_program_address(&named, &crate::ID);
    require!(receipt.key == &address && receipt.is_writable, WindlassError::ReceiptMismatch);
    let is_new = receipt.owner == &system_program::ID;

    let mut version = match (is_new, to) {
        (true, Side::Old) => return Ok(()),
        (true, Side::New) => {
            create(receipt, payer, AccountVersion::SPACE, &[named[0], named[1], named[2], &[bump]])?;
            AccountVersion {
                bump,
                tracker: *tracker,
                account: *account,
                before: [0; 32],
                after: [0; 32],
                migrated_at: now,
                reverted_at: 0,
                payer: payer.key(),
            }
        }
        (false, _) => {
            require!(receipt.owner == &crate::ID, WindlassError::ReceiptMismatch);
            AccountVersion::try_deserialize(&mut &receipt.try_borrow_data()?[..])?
        }
    };
    match to {
        Side::New => {
            (version.before, version.after) = (moved.before, moved.after);
            (version.migrated_at, version.reverted_at) = (now, 0);
        }
        Side::Old => version.reverted_at = now,
    }
    version.invariant()?;
    version.try_serialize(&mut &mut receipt.try_borrow_mut_data()?[..])
}
