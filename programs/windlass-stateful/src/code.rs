//! The code that is uploaded: a governed program from the tests in as many releases as it takes, one too long for the
//! program, and one that is no program.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use anchor_lang::prelude::Pubkey;
use sha2::{Digest, Sha256};
use windlass_rules::code::CHUNK_LEN;

/// What governed programs have room for behind their first release.
pub const ROOM: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Release {
    /// The program, with this number behind its ELF.
    Number(u32),
    /// Two chunks: longer than the program's account.
    Long,
    /// The loader refuses it.
    NoElf,
}

/// A release as it lies in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    pub release: Release,
    /// Zeros behind it; -1: its last byte is missing.
    pub tail: i8,
}

impl Code {
    pub const fn exact(release: Release) -> Self {
        Self { release, tail: 0 }
    }
}

/// Bytes, and what `verify_buffer` computes of them.
type Made = (Rc<Vec<u8>>, [u8; 32]);

/// Every code that was asked for, made once.
pub struct Codes {
    elf: Vec<u8>,
    made: RefCell<HashMap<Code, Made>>,
}

impl Codes {
    /// `elf`: the governed program as it is built; its multisig's address belongs over a mark in it.
    pub fn new(mut elf: Vec<u8>, multisig: &Pubkey) -> Self {
        let mark = b"the address of ledger's multisig";
        let at = elf.windows(mark.len()).position(|window| window == mark).expect("ledger.so has the mark");
        elf[at..at + mark.len()].copy_from_slice(multisig.as_ref());
        Self { elf, made: RefCell::default() }
    }

    pub fn bytes(&self, code: Code) -> Rc<Vec<u8>> {
        self.get(code).0
    }

    /// As `verify_buffer` computes it.
    pub fn digest(&self, code: Code) -> [u8; 32] {
        self.get(code).1
    }

    /// Bytes that a governed program's account has for code.
    pub fn room(&self) -> usize {
        self.elf.len() + ROOM
    }

    fn get(&self, code: Code) -> Made {
        let make = || {
            let bytes = self.make(code);
            let digest = chained(&bytes, bytes.len());
            (Rc::new(bytes), digest)
        };
        self.made.borrow_mut().entry(code).or_insert_with(make).clone()
    }

    fn make(&self, code: Code) -> Vec<u8> {
        let mut bytes = match code.release {
            // Some releases end in zeros, as ELFs do.
            Release::Number(number) => {
                let zeros = vec![0; number as usize % 3];
                [&self.elf[..], &number.to_le_bytes(), &zeros].concat()
            }
            Release::Long => vec![7; CHUNK_LEN as usize + 5],
            Release::NoElf => b"no ELF at all".to_vec(),
        };
        match usize::try_from(code.tail) {
            Ok(zeros) => bytes.resize(bytes.len() + zeros, 0),
            Err(_) => bytes.truncate(bytes.len() - 1),
        }
        bytes
    }
}

/// The code digest of the first `len` bytes.
pub fn chained(bytes: &[u8], len: usize) -> [u8; 32] {
    bytes[..len].chunks(CHUNK_LEN as usize).fold([0; 32], |digest, chunk| {
        Sha256::new().chain_update(digest).chain_update(chunk).finalize().into()
    })
}
