-- What the indexer has read from the chain. Everything else in this database is folded from `events`.

-- Addresses and signatures are kept as the base58 text that people see everywhere else. Every row has several: one
-- pattern with a bounded repetition would say the same and take most of the time of an insert.
CREATE DOMAIN pubkey AS text CHECK (octet_length(VALUE) BETWEEN 32 AND 44 AND VALUE !~ '[^1-9A-HJ-NP-Za-km-z]');
CREATE DOMAIN tx_signature AS text CHECK (octet_length(VALUE) BETWEEN 64 AND 88 AND VALUE !~ '[^1-9A-HJ-NP-Za-km-z]');
-- u64 does not fit into bigint; amounts are exact.
CREATE DOMAIN u64 AS numeric(20, 0) CHECK (VALUE BETWEEN 0 AND 18446744073709551615);
CREATE DOMAIN sha256 AS bytea CHECK (octet_length(VALUE) = 32);

-- The chain that all of this is about: one row, written by the first run.
CREATE TABLE chain (
    single               boolean PRIMARY KEY DEFAULT true CHECK (single),
    genesis_hash         pubkey NOT NULL
);

-- One row for each program that is followed.
CREATE TABLE cursors (
    program              pubkey PRIMARY KEY,
    -- Everything at or before this slot has been read, as far as the node listed it.
    slot                 bigint NOT NULL,
    -- Where the next reading begins. It is kept some slots behind, because a node may list a transaction late.
    signature            tx_signature,
    -- Every event at or before this slot is of finalized blocks: no fork takes it back any more.
    settled_slot         bigint NOT NULL DEFAULT 0,
    -- The chain as the node last told it: newest confirmed and finalized slot, and Clock's time at the former.
    confirmed_slot       bigint NOT NULL DEFAULT 0,
    finalized_slot       bigint NOT NULL DEFAULT 0,
    chain_time           timestamptz,
    updated_at           timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row for each event, in the order of the chain: (slot, transaction_index, path).
CREATE TABLE events (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slot                 bigint NOT NULL,
    transaction_index    integer,                  -- null where the node does not tell it
    signature            tx_signature NOT NULL,
    -- The emitting instruction's place in the tree of calls: {2,0,1} is the second call made by the first call
    -- of the transaction's third instruction. Comparing paths gives the order of execution.
    path                 integer[] NOT NULL,
    program              pubkey NOT NULL,
    name                 text,                     -- null where the IDL does not know the event
    -- The stream (an account) and the event's place in it; null for programs without our stream header.
    stream               pubkey,
    seq                  bigint,
    block_time           timestamptz,
    -- discriminator || borsh(event): what the stream's digest is made of.
    bytes                bytea NOT NULL,
    data                 jsonb NOT NULL,
    UNIQUE (signature, path),
    CHECK ((stream IS NULL) = (seq IS NULL))
);
CREATE UNIQUE INDEX events_stream_seq ON events (stream, seq);
CREATE INDEX events_program_order ON events (program, slot, transaction_index);

-- One row for each stream: how far it is folded into the tables below, and how far that agrees with the chain.
CREATE TABLE streams (
    stream               pubkey PRIMARY KEY,
    program              pubkey NOT NULL,
    seq                  bigint NOT NULL,
    digest               sha256 NOT NULL,
    slot                 bigint NOT NULL,
    -- The newest point at which digest and account agreed at equal seq; 0 is never.
    verified_seq         bigint NOT NULL DEFAULT 0,
    verified_slot        bigint NOT NULL DEFAULT 0,
    verified_at          timestamptz,
    -- As so many independent nodes said: one may lie consistently, two that agree are what counts.
    verified_by          smallint NOT NULL DEFAULT 0,
    -- What does not agree, in a sentence; null where nothing is known to be wrong.
    disagreement         text
);
CREATE INDEX streams_unverified ON streams (stream) WHERE verified_seq < seq;
CREATE INDEX streams_stalest ON streams (verified_at NULLS FIRST);
