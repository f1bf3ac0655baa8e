//! The loader's accounts, as `UpgradeableLoaderState` lays them out, and everything that is none.

use proptest::prelude::*;
use windlass_rules::loader::{buffer_of, is_padded, program_data_of, upgrade_authority_of, BUFFER_HEADER};
use windlass_rules::RuleError;

fn buffer(authority: Option<[u8; 32]>, program: &[u8]) -> Vec<u8> {
    let mut data = 1u32.to_le_bytes().to_vec();
    data.push(u8::from(authority.is_some()));
    data.extend(authority.unwrap_or([0; 32]));
    data.extend(program);
    data
}

fn program_data(authority: Option<[u8; 32]>) -> Vec<u8> {
    let mut data = 3u32.to_le_bytes().to_vec();
    data.extend(77u64.to_le_bytes());
    data.push(u8::from(authority.is_some()));
    data.extend(authority.unwrap_or([0; 32]));
    data.extend(b"\x7fELF");
    data
}

#[test]
fn a_buffer_is_an_authority_and_a_program() {
    let (data, immutable) = (buffer(Some([5; 32]), b"code"), buffer(None, b"code"));
    assert_eq!(buffer_of(&data), Ok((Some([5; 32]), &b"code"[..])));
    assert_eq!(buffer_of(&immutable), Ok((None, &b"code"[..])));
    assert_eq!(buffer_of(&buffer(Some([5; 32]), b"")), Err(RuleError::BufferInvalid));
    assert_eq!(buffer_of(&program_data(Some([5; 32]))), Err(RuleError::BufferInvalid));
}

#[test]
fn program_data_names_the_upgrade_authority() {
    assert_eq!(upgrade_authority_of(&program_data(Some([5; 32]))), Ok(Some([5; 32])));
    assert_eq!(upgrade_authority_of(&program_data(None)), Ok(None));
    assert_eq!(upgrade_authority_of(&buffer(Some([5; 32]), &[0; 99])), Err(RuleError::ProgramDataInvalid));
}

#[test]
fn a_program_names_its_program_data() {
    let mut data = 2u32.to_le_bytes().to_vec();
    data.extend([6; 32]);
    assert_eq!(program_data_of(&data), Ok([6; 32]));
    assert_eq!(program_data_of(&data[..35]), Err(RuleError::ProgramMismatch));
    data[0] = 3;
    assert_eq!(program_data_of(&data), Err(RuleError::ProgramMismatch));
}

#[test]
fn an_option_that_is_neither_some_nor_none_is_refused() {
    let (mut buffer, mut program_data) = (buffer(Some([5; 32]), b"code"), program_data(Some([5; 32])));
    (buffer[4], program_data[12]) = (2, 255);
    assert_eq!(buffer_of(&buffer), Err(RuleError::BufferInvalid));
    assert_eq!(upgrade_authority_of(&program_data), Err(RuleError::ProgramDataInvalid));
}

proptest! {
    #[test]
    fn no_bytes_at_all_make_a_reader_panic(tag in 0u8..5, bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let data: Vec<u8> = [&[tag, 0, 0, 0][..], &bytes].concat();
        for data in [&data[..], &bytes] {
            let _ = (program_data_of(data), upgrade_authority_of(data));
            if let Ok((_, program)) = buffer_of(data) {
                prop_assert_eq!(program, &data[BUFFER_HEADER..]);
            }
        }
    }
}

#[test]
fn a_copy_is_the_running_code_to_its_last_byte_and_zeros_follow() {
    for (running, copy, is_copy) in [
        (&b"code"[..], &b"code"[..], true),
        (b"code\0", b"code", true),
        (b"code\0\0\0\0", b"code", true),
        (b"code\0\0\0\0", b"code\0\0", true),
        (b"code", b"cod", false),
        (b"code", b"code\0", false),
        (b"code\0\0\0x", b"code", false),
        (b"code\0x\0\0", b"code", false),
        (b"codex\0\0\0", b"code", false),
        (b"codexxxx", b"code", false),
        (b"cope\0", b"code", false),
    ] {
        assert_eq!(is_padded(running, copy), is_copy, "{running:?}");
    }
}
