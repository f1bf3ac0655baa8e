-- The read model of the windlass program. Rows are written by the indexer's folds, in the transaction of their events.

CREATE TYPE proposal_kind AS ENUM ('upgrade', 'rollback', 'config', 'transfer');
CREATE TYPE proposal_status AS ENUM (
    'proposed', 'approved', 'executed', 'migrating', 'completed', 'cancelled', 'expired', 'stale', 'rolled_back'
);
CREATE TYPE vote_kind AS ENUM ('approve', 'revoke', 'cancel');

CREATE TABLE multisigs (
    address              pubkey PRIMARY KEY,
    create_key           pubkey NOT NULL,
    threshold            smallint NOT NULL,
    cancel_threshold     smallint NOT NULL,
    emergency_threshold  smallint NOT NULL,
    timelock             bigint NOT NULL,          -- seconds, as all durations
    rollback_delay       bigint NOT NULL,
    grace_period         bigint NOT NULL,
    voting_period        bigint NOT NULL,
    config_seq           bigint NOT NULL,
    created_at           timestamptz NOT NULL,
    created_slot         bigint NOT NULL,
    created_signature    tx_signature NOT NULL,
    pause_started_at     timestamptz,              -- null where there is none, or it is settled
    paused_until         timestamptz,
    accumulated_pause    bigint NOT NULL DEFAULT 0, -- seconds of all settled pauses
    CHECK ((pause_started_at IS NULL) = (paused_until IS NULL))
);

CREATE TABLE multisig_members (
    multisig             pubkey NOT NULL REFERENCES multisigs ON DELETE CASCADE,
    position             smallint NOT NULL,
    key                  pubkey NOT NULL,
    can_propose          boolean NOT NULL,
    can_approve          boolean NOT NULL,
    is_guard             boolean NOT NULL,
    PRIMARY KEY (multisig, position),
    -- Members change places in one statement.
    UNIQUE (multisig, key) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX multisig_members_key ON multisig_members (key);

CREATE TABLE programs (
    multisig             pubkey NOT NULL REFERENCES multisigs ON DELETE CASCADE,
    program              pubkey NOT NULL,
    program_data         pubkey NOT NULL,
    upgrade_authority    pubkey NOT NULL,
    previous_authority   pubkey NOT NULL,
    timelock             bigint NOT NULL,          -- seconds; 0 = the multisig's
    version              bigint NOT NULL,
    code_digest          sha256,                   -- null where no vote was about the running code: unknown
    registered_at        timestamptz NOT NULL,
    registered_slot      bigint NOT NULL,
    registered_signature tx_signature NOT NULL,
    last_upgrade_at      timestamptz,
    released             boolean NOT NULL DEFAULT false,  -- its upgrade authority was transferred away
    PRIMARY KEY (multisig, program)
);
CREATE INDEX programs_program ON programs (program);

CREATE TABLE upgrade_proposals (
    address              pubkey PRIMARY KEY,
    multisig             pubkey NOT NULL REFERENCES multisigs ON DELETE CASCADE,
    program              pubkey,                    -- null for a config
    id                   bigint NOT NULL,
    kind                 proposal_kind NOT NULL,
    status               proposal_status NOT NULL,  -- as last written on chain; what only time does is derived
    proposer             pubkey NOT NULL,
    payer                pubkey NOT NULL,
    buffer               pubkey,                    -- an upgrade's, or the copy that a rollback puts back
    buffer_len           bigint,                    -- bytes
    verified_len         bigint,                    -- an upgrade's
    code_digest          sha256,
    base_version         bigint,                    -- null for a config
    no_rollback          boolean,                   -- an upgrade's
    config_seq           bigint NOT NULL,
    slot_hash            sha256 NOT NULL,
    digest               sha256 NOT NULL,
    created_at           timestamptz NOT NULL,
    created_slot         bigint NOT NULL,
    created_signature    tx_signature NOT NULL,
    closed_at            timestamptz,               -- executed, cancelled, expired or stale
    closed_signature     tx_signature,
    updated_slot         bigint NOT NULL,           -- of the newest event about this proposal
    updated_seq          bigint NOT NULL,
    buffer_reclaimed     boolean NOT NULL DEFAULT false,
    rollback_buffer      pubkey,                    -- an upgrade's: the copy kept for it, until retired or used
    rolls_back           pubkey,                    -- a rollback's: the upgrade's proposal
    new_authority        pubkey,                    -- a transfer's
    new_config           jsonb,                     -- a config's, as proposed
    CHECK ((program IS NULL) = (kind = 'config') AND (base_version IS NULL) = (kind = 'config')),
    CHECK ((code_digest IS NOT NULL) = (kind IN ('upgrade', 'rollback'))),
    CHECK ((rolls_back IS NOT NULL) = (kind = 'rollback')),
    CHECK ((new_authority IS NOT NULL) = (kind = 'transfer')),
    CHECK ((new_config IS NOT NULL) = (kind = 'config')),
    UNIQUE (multisig, id)
);
CREATE INDEX upgrade_proposals_program ON upgrade_proposals (program, created_slot);
CREATE INDEX upgrade_proposals_newest ON upgrade_proposals (created_slot DESC, address DESC);

-- Each vote ever cast, in order; approvals are never deleted from history.
CREATE TABLE approval_history (
    proposal             pubkey NOT NULL REFERENCES upgrade_proposals ON DELETE CASCADE,
    seq                  bigint NOT NULL,           -- of the event, in the multisig's stream
    member               pubkey NOT NULL,
    vote                 vote_kind NOT NULL,
    at                   timestamptz NOT NULL,
    slot                 bigint NOT NULL,
    signature            tx_signature NOT NULL,
    PRIMARY KEY (proposal, seq)
);
CREATE INDEX approval_history_member ON approval_history (member, slot);
-- Whether an approval was taken back is asked for each that is shown; hardly any is.
CREATE INDEX approval_history_revoked ON approval_history (proposal, member, seq) WHERE vote = 'revoke';

-- The clocks of a proposal: the voting deadline until the threshold is crossed, then eta and the end of grace.
CREATE TABLE timelocks (
    proposal             pubkey PRIMARY KEY REFERENCES upgrade_proposals ON DELETE CASCADE,
    voting_ends_at       timestamptz NOT NULL,
    approved_at          timestamptz,
    eta                  timestamptz,
    grace_ends_at        timestamptz,
    -- Seconds that the multisig had been paused until the approval: each second since then moves eta by one.
    pause_mark           bigint NOT NULL DEFAULT 0,
    CHECK ((approved_at IS NULL) = (eta IS NULL) AND (eta IS NULL) = (grace_ends_at IS NULL))
);

CREATE TABLE upgrade_history (
    multisig             pubkey NOT NULL,
    program              pubkey NOT NULL,
    version              bigint NOT NULL,           -- the version that this upgrade made
    proposal             pubkey NOT NULL REFERENCES upgrade_proposals ON DELETE CASCADE,
    code_digest          sha256 NOT NULL,
    executor             pubkey NOT NULL,
    executed_at          timestamptz NOT NULL,
    slot                 bigint NOT NULL,
    signature            tx_signature NOT NULL,
    PRIMARY KEY (multisig, program, version),
    FOREIGN KEY (multisig, program) REFERENCES programs ON DELETE CASCADE
);
