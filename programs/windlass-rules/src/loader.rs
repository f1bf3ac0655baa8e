//! The accounts of the upgradeable loader (loader-v3), read as its `UpgradeableLoaderState` lays them out: a u32 tag,
//! then fields by bincode. The loader's headers have a fixed length, whether or not there is an authority.

use crate::config::check;
use crate::{Key, RuleError};

/// Length of a buffer's header: tag, option, authority.
pub const BUFFER_HEADER: usize = 37;
/// Length of a ProgramData's header: tag, slot, option, authority.
pub const PROGRAM_DATA_HEADER: usize = 45;

const BUFFER: u32 = 1;
const PROGRAM: u32 = 2;
const PROGRAM_DATA: u32 = 3;

/// The ProgramData address in a program's account. `ProgramMismatch` for anything else.
pub fn program_data_of(program: &[u8]) -> Result<Key, RuleError> {
    let (tag, rest) = split_tag(program).ok_or(RuleError::ProgramMismatch)?;
    check(tag == PROGRAM, RuleError::ProgramMismatch)?;
    key(rest, 0).ok_or(RuleError::ProgramMismatch)
}

/// The upgrade authority in a ProgramData account; None: the program is immutable. `ProgramDataInvalid` for anything
/// else.
pub fn upgrade_authority_of(program_data: &[u8]) -> Result<Option<Key>, RuleError> {
    const SLOT: usize = 8;
    let (tag, rest) = split_tag(program_data).ok_or(RuleError::ProgramDataInvalid)?;
    check(tag == PROGRAM_DATA, RuleError::ProgramDataInvalid)?;
    option_key(rest, SLOT).ok_or(RuleError::ProgramDataInvalid)
}

/// A buffer's authority and the program in it. `BufferInvalid` for anything else, an empty program included.
pub fn buffer_of(buffer: &[u8]) -> Result<(Option<Key>, &[u8]), RuleError> {
    let (tag, rest) = split_tag(buffer).ok_or(RuleError::BufferInvalid)?;
    check(tag == BUFFER, RuleError::BufferInvalid)?;
    let authority = option_key(rest, 0).ok_or(RuleError::BufferInvalid)?;
    let program = buffer.get(BUFFER_HEADER..).ok_or(RuleError::BufferInvalid)?;
    check(!program.is_empty(), RuleError::BufferInvalid)?;
    Ok((authority, program))
}

/// Is `running` what `copy` is, followed by zeros alone?
pub fn is_padded(running: &[u8], copy: &[u8]) -> bool {
    let Some((program, padding)) = running.split_at_checked(copy.len()) else { return false };
    // Each byte equals the one before it, and the first is zero: one comparison for megabytes, without a copy of zeros.
    let zeros = match padding {
        [] => true,
        [first, rest @ ..] => *first == 0 && padding.get(..rest.len()) == Some(rest),
    };
    program == copy && zeros
}

fn split_tag(data: &[u8]) -> Option<(u32, &[u8])> {
    let (tag, rest) = data.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*tag), rest))
}

fn key(data: &[u8], at: usize) -> Option<Key> {
    data.get(at..)?.first_chunk::<32>().copied()
}

/// bincode's Option: outer None is malformed, inner None is no key.
fn option_key(data: &[u8], at: usize) -> Option<Option<Key>> {
    match data.get(at)? {
        0 => Some(None),
        1 => Some(Some(key(data, at.checked_add(1)?)?)),
        _ => None,
    }
}
