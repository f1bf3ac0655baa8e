-- Vaults and what they hold together can be followed as proposals and migrations can.
ALTER TABLE changes DROP CONSTRAINT changes_kind_check;
ALTER TABLE changes
    ADD CONSTRAINT changes_kind_check CHECK (kind IN ('proposal', 'migration', 'vault', 'tvl')),
    ADD owner pubkey,                              -- a vault's
    ADD at timestamptz NOT NULL DEFAULT clock_timestamp();

-- Old changes are given up: up to which number, by kind. Whoever would go on from before it is told so.
CREATE TABLE changes_given_up (
    kind                 text PRIMARY KEY,
    upto                 bigint NOT NULL
);

-- Events that the IDL does not know are rare, and counted by program.
CREATE INDEX events_unknown ON events (program) WHERE name IS NULL;
