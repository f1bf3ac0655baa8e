-- How often a governed program's transactions succeed and fail: events say nothing of failures.

-- Counted from the signatures of the program's address in finalized slots, so that a number never goes back.
CREATE TABLE program_activity (
    program              pubkey NOT NULL,
    minute               timestamptz NOT NULL,      -- its beginning, by block time
    successes            bigint NOT NULL,
    failures             bigint NOT NULL,
    PRIMARY KEY (program, minute),
    CHECK (minute = date_trunc('minute', minute, 'UTC'))
);

-- Up to and with which slot each program is counted.
CREATE TABLE activity_cursors (
    program              pubkey PRIMARY KEY,
    slot                 bigint NOT NULL
);
