//! The loader's accounts, read from any bytes: nothing panics, and what was read is what the bytes say when they are
//! written again as the loader lays them out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass_rules::loader::{
    buffer_of, is_padded, program_data_of, upgrade_authority_of, BUFFER_HEADER, PROGRAM_DATA_HEADER,
};
use windlass_rules::Key;

/// bincode's Option; the loader leaves what follows a None as it was.
fn option(key: Option<Key>) -> Vec<u8> {
    key.map_or(vec![0], |key| [&[1], &key[..]].concat())
}

fuzz_target!(|input: &[u8]| {
    if let Ok(program_data) = program_data_of(input) {
        assert!(input.starts_with(&[&2u32.to_le_bytes()[..], &program_data].concat()));
    }
    if let Ok(authority) = upgrade_authority_of(input) {
        assert_eq!(input[..4], 3u32.to_le_bytes());
        assert!(input[12..].starts_with(&option(authority)));
        assert!(authority.is_none() || input.len() >= PROGRAM_DATA_HEADER);
    }
    if let Ok((authority, program)) = buffer_of(input) {
        assert_eq!(input[..4], 1u32.to_le_bytes());
        assert!(input[4..].starts_with(&option(authority)));
        assert!(!program.is_empty() && input[BUFFER_HEADER..] == *program);
    }
    let tags =
        [program_data_of(input).is_ok(), upgrade_authority_of(input).is_ok(), buffer_of(input).is_ok()];
    assert!(tags.iter().filter(|read| **read).count() <= 1, "an account is of one kind");

    if let Some((at, running)) = input.split_first() {
        let at = usize::from(*at);
        let (copy, running) = running.split_at(at.min(running.len()));
        let slow = running.len() >= copy.len()
            && running.iter().enumerate().all(|(place, byte)| *byte == copy.get(place).copied().unwrap_or(0));
        assert_eq!(is_padded(running, copy), slow);
        let padded = [copy, &vec![0; at]].concat();
        assert!(is_padded(&padded, copy));
    }
});
