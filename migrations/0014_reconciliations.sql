-- Whether the tokens are there: what the vaults' accounts say they hold, against the token accounts that hold it. Read
-- from the chain by the indexer's own clock, not folded from events.

CREATE TABLE reconciliations (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    began_at             timestamptz NOT NULL,
    ended_at             timestamptz NOT NULL,
    -- The confirmed slots that the accounts were read at; null where none was.
    first_slot           bigint,
    last_slot            bigint,
    checked              bigint NOT NULL,          -- vaults that could be compared
    moving               bigint NOT NULL,          -- those that could not: their account was never as the tables say
    unbacked             bigint NOT NULL,          -- of the checked ones, those whose tokens are not all there
    -- Where the next one goes on, in the order of addresses; null: this one came to the end.
    upto                 pubkey
);

CREATE TABLE reconciliation_sums (
    reconciliation       bigint NOT NULL REFERENCES reconciliations ON DELETE CASCADE,
    mint                 pubkey NOT NULL,
    checked              bigint NOT NULL,
    unbacked             bigint NOT NULL,
    balances             numeric NOT NULL,         -- of the checked vaults, in base units
    tokens               numeric NOT NULL,         -- in their token accounts
    missing              numeric NOT NULL,         -- from those that hold less than they should
    surplus              numeric NOT NULL,         -- in those that hold more: anybody may send tokens
    PRIMARY KEY (reconciliation, mint)
);

-- The vaults whose tokens were not all there when they were last looked at. Each is looked at again every time.
CREATE TABLE unbacked_vaults (
    vault                pubkey PRIMARY KEY,
    mint                 pubkey NOT NULL,
    token_account        pubkey NOT NULL,
    total_balance        u64 NOT NULL,
    tokens               u64,                      -- null where the account is not there, or is not the vault's
    slot                 bigint NOT NULL,
    since                timestamptz NOT NULL,     -- by the chain's clock
    alert                bigint NOT NULL           -- the one that was raised for it
);

ALTER TYPE alert_kind ADD VALUE 'vault_not_backed';
-- What lasted, and is over: by the chain's clock. Null for what happened in a moment, and while it lasts.
ALTER TABLE alerts ADD ended_at timestamptz;
