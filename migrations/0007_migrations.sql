-- Migrations of accounts to the layout of a new version, and what was done to each account.

CREATE TYPE migration_state AS ENUM ('migrating', 'reverting', 'finalized');
CREATE TYPE account_migration_kind AS ENUM ('migrate', 'revert', 'close_receipt');

-- A tracker's events have a stream of their own, which may be read before the multisig's that tells of its start:
-- until then it is not known what it is about.
CREATE TABLE migration_jobs (
    tracker              pubkey PRIMARY KEY,
    multisig             pubkey,
    program              pubkey,
    proposal             pubkey,                   -- the executed upgrade's
    version              bigint,                   -- of the program that it migrates to
    migration_authority  pubkey,
    plan                 jsonb,                    -- as voted
    state                migration_state NOT NULL, -- by its newest event; an approved rollback turns it without one
    migrated             bigint NOT NULL DEFAULT 0, -- accounts, each as often as it went
    reverted             bigint NOT NULL DEFAULT 0,
    started_at           timestamptz,
    started_slot         bigint,
    started_signature    tx_signature,
    finalized_at         timestamptz,
    finalized_signature  tx_signature,
    CHECK ((state = 'finalized') = (finalized_at IS NOT NULL))
);
CREATE INDEX migration_jobs_program ON migration_jobs (multisig, program);

CREATE TABLE account_migrations (
    tracker              pubkey NOT NULL,
    seq                  bigint NOT NULL,          -- of the event, in the tracker's stream
    account              pubkey NOT NULL,
    kind                 account_migration_kind NOT NULL,
    layout               smallint,                 -- the plan's, from 0; null for a closed receipt
    before               sha256,                   -- of the account's data
    after                sha256,
    at                   timestamptz NOT NULL,
    slot                 bigint NOT NULL,
    signature            tx_signature NOT NULL,
    PRIMARY KEY (tracker, seq)
);
CREATE INDEX account_migrations_account ON account_migrations (account, slot);
