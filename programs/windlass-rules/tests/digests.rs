//! Digests, by another sha256 than the chain's.
#![allow(clippy::arithmetic_side_effects)] // an overflow fails the test

use sha2::{Digest as _, Sha256};
use windlass_rules::digest::Content;

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |hasher, part| hasher.chain_update(part)).finalize().into()
}

fn content() -> Content {
    Content {
        windlass: [1; 32],
        multisig: [2; 32],
        program: [3; 32],
        id: 4,
        kind: 0,
        proposer: [5; 32],
        buffer: [6; 32],
        buffer_len: 7,
        code_digest: [8; 32],
        base_version: 9,
        no_rollback: true,
        config_seq: 10,
        slot_hash: [11; 32],
        payload: [12; 32],
    }
}

#[test]
fn the_digest_is_of_these_bytes_in_this_order() {
    let mut bytes = b"windlass:proposal:1".to_vec();
    for field in [[1; 32], [2; 32], [3; 32]] {
        bytes.extend(field);
    }
    bytes.extend(4u64.to_le_bytes());
    bytes.push(0);
    bytes.extend([5; 32]);
    bytes.extend([6; 32]);
    bytes.extend(7u32.to_le_bytes());
    bytes.extend([8; 32]);
    bytes.extend(9u64.to_le_bytes());
    bytes.push(1);
    bytes.extend(10u64.to_le_bytes());
    bytes.extend([11; 32]);
    bytes.extend([12; 32]);
    assert_eq!(content().digest(sha256), <[u8; 32]>::from(Sha256::digest(&bytes)));
}

#[test]
fn every_field_that_is_voted_on_changes_the_digest() {
    type Change = fn(&mut Content);
    let changes: [Change; 14] = [
        |c| c.windlass[0] ^= 1,
        |c| c.multisig[0] ^= 1,
        |c| c.program[0] ^= 1,
        |c| c.id += 1,
        |c| c.kind += 1,
        |c| c.proposer[0] ^= 1,
        |c| c.buffer[0] ^= 1,
        |c| c.buffer_len += 1,
        |c| c.code_digest[0] ^= 1,
        |c| c.base_version += 1,
        |c| c.no_rollback = false,
        |c| c.config_seq += 1,
        |c| c.slot_hash[31] ^= 1,
        |c| c.payload[0] ^= 1,
    ];
    let mut seen = vec![content().digest(sha256)];
    for change in changes {
        let mut changed = content();
        change(&mut changed);
        let digest = changed.digest(sha256);
        assert!(!seen.contains(&digest));
        seen.push(digest);
    }
}
