-- Who asked the command service for which transaction. It holds no key: what it handed out may never have been signed,
-- and what the chain took stands in the projections.

CREATE TYPE command_outcome AS ENUM (
    'built',    -- an unsigned transaction was handed out
    'refused',  -- the request, the rules or the chain's state did not allow it
    'failed'    -- the node or the service did not manage to answer
);

CREATE TABLE command_log (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asked_at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    action               text NOT NULL CHECK (action <> ''),
    caller               inet,           -- who asked, as far as the trusted proxies tell
    account              pubkey,         -- for whom; null where the request named none
    multisig             pubkey,
    program              pubkey,
    proposal             pubkey,
    outcome              command_outcome NOT NULL,
    reason               text,           -- the sentence that was answered
    CHECK ((outcome = 'built') = (reason IS NULL))
);
CREATE INDEX command_log_asked_at ON command_log (asked_at);
CREATE INDEX command_log_account ON command_log (account, asked_at);

-- The addresses of callers are personal: whoever reads the read model does not see them.
REVOKE ALL ON command_log FROM windlass_reader;

-- The role that the command service connects as: it can add to this table, and neither read it nor anything else. It has
-- no password here: where PostgreSQL asks for one, the operator sets it (ALTER ROLE windlass_commands PASSWORD ...).
-- Roles belong to the whole server, so another database may have made it already, even at this moment.
DO $$
BEGIN
    CREATE ROLE windlass_commands LOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
GRANT USAGE ON SCHEMA public TO windlass_commands;
GRANT INSERT (action, caller, account, multisig, program, proposal, outcome, reason) ON command_log TO windlass_commands;
