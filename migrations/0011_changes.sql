-- What changed, for readers that follow: one row for each aggregate that a commit changed. Never rewritten and never
-- rebuilt: a row is known by its number to whoever has heard of it.
-- Numbers are drawn under a lock that is held until the commit, as those of alerts: whoever has seen one has seen all
-- before it.
CREATE SEQUENCE change_numbers;

CREATE TABLE changes (
    kind                 text NOT NULL CHECK (kind IN ('proposal', 'migration')),
    change               bigint NOT NULL DEFAULT nextval('change_numbers'),
    key                  pubkey NOT NULL,          -- the proposal, the tracker
    multisig             pubkey,                   -- null where a tracker is heard of before its start
    program              pubkey,
    slot                 bigint NOT NULL,          -- of the newest event about it in the commit
    seq                  bigint NOT NULL,          -- its place in the stream that it stands in
    PRIMARY KEY (kind, change)
);
