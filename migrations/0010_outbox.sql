-- Alerts on their way to webhooks. Neither URLs nor secrets are here: those are the indexer's settings.

CREATE TYPE delivery_state AS ENUM ('waiting', 'delivered', 'dead');

-- How far each target has been given the changes of alerts.
CREATE TABLE outbox_cursors (
    target               text PRIMARY KEY,         -- its name in WINDLASS_WEBHOOKS
    change               bigint NOT NULL
);

CREATE TABLE outbox (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target               text NOT NULL,
    alert                bigint NOT NULL REFERENCES alerts,
    change               bigint NOT NULL,
    payload              jsonb NOT NULL,
    state                delivery_state NOT NULL DEFAULT 'waiting',
    attempts             integer NOT NULL DEFAULT 0,
    next_try_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_error           text,
    queued_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at             timestamptz,              -- delivered, or given up
    UNIQUE (target, change),
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX outbox_waiting ON outbox (target, next_try_at) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (target, id) WHERE state = 'dead';
