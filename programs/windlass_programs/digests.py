"""The three digests that people and programs compare. Each is the rule of the `windlass` program, off chain."""

from hashlib import sha256

from solders.pubkey import Pubkey

CODE_CHUNK_BYTES = 1 << 20
PROPOSAL_DOMAIN = b"windlass:proposal:1"
NEW_STREAM_DIGEST = bytes(32)


def code_digest(elf: bytes) -> bytes:
    """The digest of a program's bytes: sha256 over chunks of 1 MiB, each chained to the one before.

    Trailing zeros count: it is the buffer as uploaded that is voted on.
    """
    digest = bytes(32)
    for start in range(0, len(elf), CODE_CHUNK_BYTES):
        digest = sha256(digest + elf[start : start + CODE_CHUNK_BYTES]).digest()
    return digest


def next_stream_digest(digest: bytes, event_bytes: bytes) -> bytes:
    """A stream's digest after one more event (`event_bytes`: event discriminator and borsh, without the CPI tag)."""
    return sha256(digest + event_bytes).digest()


def proposal_digest(
    *,
    windlass: Pubkey,
    multisig: Pubkey,
    program: Pubkey,
    id: int,
    kind: int,
    proposer: Pubkey,
    buffer: Pubkey,
    buffer_len: int,
    code_digest: bytes,
    base_version: int,
    no_rollback: bool,
    config_seq: int,
    slot_hash: bytes,
    payload_digest: bytes,
) -> bytes:
    """What an approval names: everything voted on, and a slot hash that nobody could know before the proposal.

    `payload_digest`: of what is voted on besides code (`windlass_programs.payload`).
    """
    return sha256(
        PROPOSAL_DOMAIN
        + bytes(windlass)
        + bytes(multisig)
        + bytes(program)
        + id.to_bytes(8, "little")
        + bytes([kind])
        + bytes(proposer)
        + bytes(buffer)
        + buffer_len.to_bytes(4, "little")
        + code_digest
        + base_version.to_bytes(8, "little")
        + bytes([no_rollback])
        + config_seq.to_bytes(8, "little")
        + slot_hash
        + payload_digest
    ).digest()
