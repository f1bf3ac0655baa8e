-- What happened in governance, in order, and the clocks that it started and stopped. Folded from events, as all of the
-- read model is; each row is known by its event's place in a stream.

-- One row for each event but those about a single account: who did what, and where on the chain that is proven.
CREATE TABLE audit_log (
    stream               pubkey NOT NULL,
    seq                  bigint NOT NULL,
    action               text NOT NULL,            -- the event's name
    actor                pubkey,                   -- null where anyone may do it and the event does not name who did
    multisig             pubkey NOT NULL,
    program              pubkey,
    proposal             pubkey,
    detail               jsonb NOT NULL,           -- the event's other fields
    at                   timestamptz NOT NULL,
    slot                 bigint NOT NULL,
    signature            tx_signature NOT NULL,
    PRIMARY KEY (stream, seq)
);
CREATE INDEX audit_log_newest ON audit_log (slot DESC, stream DESC, seq DESC);
CREATE INDEX audit_log_multisig ON audit_log (multisig, slot, seq);
CREATE INDEX audit_log_actor ON audit_log (actor, slot, seq);
CREATE INDEX audit_log_proposal ON audit_log (proposal, seq);

-- Each time that a proposal had to wait: for votes until `ends_at`, or (once approved) for `eta` and then until
-- `ends_at`. `timelocks` holds the present one; here those before it stay.
CREATE TABLE countdowns (
    stream               pubkey NOT NULL,          -- the multisig
    seq                  bigint NOT NULL,          -- of the event that began it
    proposal             pubkey NOT NULL,
    program              pubkey,
    kind                 proposal_kind NOT NULL,
    began_at             timestamptz NOT NULL,
    eta                  timestamptz,              -- null while voting; as the event says, without later pauses
    ends_at              timestamptz NOT NULL,     -- of voting, or of grace: pauses do not move it
    slot                 bigint NOT NULL,
    signature            tx_signature NOT NULL,
    -- By the event that made it mean nothing any more; null while it runs, or ran out.
    ended_seq            bigint,
    ended_at             timestamptz,
    PRIMARY KEY (stream, seq),
    CHECK ((ended_seq IS NULL) = (ended_at IS NULL))
);
CREATE INDEX countdowns_open ON countdowns (stream) WHERE ended_at IS NULL;
CREATE INDEX countdowns_ended ON countdowns (stream, ended_at);

CREATE TABLE pauses (
    stream               pubkey NOT NULL,          -- the multisig
    seq                  bigint NOT NULL,          -- of the event that began it
    started_at           timestamptz NOT NULL,
    until                timestamptz NOT NULL,     -- when it runs out by itself
    slot                 bigint NOT NULL,
    signature            tx_signature NOT NULL,
    -- By a resumption, which may come after `until`, or by the next pause, which can only come after it.
    ended_seq            bigint,
    ended_at             timestamptz,
    PRIMARY KEY (stream, seq),
    CHECK ((ended_seq IS NULL) = (ended_at IS NULL))
);
CREATE INDEX pauses_open ON pauses (stream) WHERE ended_at IS NULL;
