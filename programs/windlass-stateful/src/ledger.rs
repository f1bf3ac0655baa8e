//! The governed program, `tests/programs/ledger`, told a second time: its accounts, and what it does to them.

use windlass::errors::WindlassError;
use windlass_rules::migration_plan::Side;

use crate::refusal::Answer;

pub const OLD_SIZE: usize = 64;
pub const NEW_SIZE: usize = 96;

/// Set in an account's behaviour: misbehaves when it is reverted. Not set: when it is migrated.
pub const IN_REVERT: u8 = 0x80;
pub const CHANGES_OWNER: u8 = 3;
pub const CHANGES_A_MAPPED_BYTE: u8 = 5;
pub const TAKES_THE_WRONG_SIZE: u8 = 6;
pub const TOUCHES_NOTHING: u8 = 7;

/// An account as it begins, whose mapped bytes are told from `fill`.
pub fn begun(side: Side, behaviour: u8, fill: u8) -> Vec<u8> {
    let mut data = vec![fill; if side == Side::Old { OLD_SIZE } else { NEW_SIZE }];
    let (discriminator, place) = if side == Side::Old { (b"ledger_1", 8) } else { (b"ledger_2", 40) };
    data[..8].copy_from_slice(discriminator);
    data[place] = behaviour;
    data
}

/// What the program makes of an account that is on the other side.
pub fn moved(from: &[u8], to: Side) -> Answer<Vec<u8>> {
    let behaviour = from[if to == Side::New { 8 } else { 40 }];
    if (behaviour & IN_REVERT != 0) == (to == Side::Old) {
        match behaviour & !IN_REVERT {
            CHANGES_OWNER => return Err(WindlassError::MigrationChangedOwner.into()),
            CHANGES_A_MAPPED_BYTE => return Err(WindlassError::MigrationChangedField.into()),
            TAKES_THE_WRONG_SIZE | TOUCHES_NOTHING => return Err(WindlassError::MigrationWrongLayout.into()),
            _ => {}
        }
    }
    Ok(match to {
        Side::New => forward(from, behaviour),
        Side::Old => backward(from, behaviour),
    })
}

fn forward(old: &[u8], behaviour: u8) -> Vec<u8> {
    let mut new = vec![0; NEW_SIZE];
    new[..8].copy_from_slice(b"ledger_2");
    new[8..40].copy_from_slice(&old[16..48]);
    new[40] = behaviour;
    new[48..56].fill(0xff);
    new[60..68].copy_from_slice(&old[48..56]);
    new
}

fn backward(new: &[u8], behaviour: u8) -> Vec<u8> {
    let mut old = vec![0; OLD_SIZE];
    old[..8].copy_from_slice(b"ledger_1");
    old[8] = behaviour;
    old[16..48].copy_from_slice(&new[8..40]);
    old[48..56].copy_from_slice(&new[60..68]);
    old
}
