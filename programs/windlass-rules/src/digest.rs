//! What an approval names: a digest of everything that is voted on.

use crate::{Digest, Key};

/// Keeps this digest from ever being another thing's.
const DOMAIN: &[u8] = b"windlass:proposal:1";

/// Everything voted on, in the order in which it is hashed; integers little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// The id of the Windlass program itself.
    pub windlass: Key,
    pub multisig: Key,
    pub program: Key,
    pub id: u64,
    pub kind: u8,
    pub proposer: Key,
    pub buffer: Key,
    pub buffer_len: u32,
    pub code_digest: Digest,
    pub base_version: u64,
    pub no_rollback: bool,
    pub config_seq: u64,
    /// Not known to anyone before the proposal: nobody can have signed an approval earlier.
    pub slot_hash: [u8; 32],
    /// sha256 of the borsh of (migration plan, new config, new authority, upgrade to roll back), each an Option.
    pub payload: Digest,
}

impl Content {
    /// `sha256` hashes the concatenation of its slices: a syscall on chain, a library elsewhere.
    pub fn digest(&self, sha256: impl Fn(&[&[u8]]) -> Digest) -> Digest {
        sha256(&[
            DOMAIN,
            &self.windlass,
            &self.multisig,
            &self.program,
            &self.id.to_le_bytes(),
            &[self.kind],
            &self.proposer,
            &self.buffer,
            &self.buffer_len.to_le_bytes(),
            &self.code_digest,
            &self.base_version.to_le_bytes(),
            &[u8::from(self.no_rollback)],
            &self.config_seq.to_le_bytes(),
            &self.slot_hash,
            &self.payload,
        ])
    }
}
