-- Balances over time, folded from the vaults' events: by the chain's clock, in UTC, the same in whatever order and
-- batches the events came. A period in which nothing moved has no row: what the last one before it says still holds.

CREATE TYPE balance_period AS ENUM ('minute', 'hour', 'day');

-- By an authorized program: collateral is locked, unlocked, and moved from one vault's locked to another's available.
ALTER TYPE vault_transaction_kind ADD VALUE 'lock';
ALTER TYPE vault_transaction_kind ADD VALUE 'unlock';
ALTER TYPE vault_transaction_kind ADD VALUE 'send';
ALTER TYPE vault_transaction_kind ADD VALUE 'receive';

ALTER TABLE vault_transactions
    ADD locked_balance u64 NOT NULL DEFAULT 0,     -- after it
    ADD program pubkey,                            -- the authorized one that asked for it; null where the owner did
    ADD counterpart pubkey;                        -- the other vault of a transfer
ALTER TABLE vault_transactions ALTER locked_balance DROP DEFAULT;

-- Who may authorize programs to do so, and which ones are. The account is a stream of its own.
CREATE TABLE vault_authorities (
    authority            pubkey PRIMARY KEY,
    admin                pubkey NOT NULL,
    slot                 bigint NOT NULL           -- of its newest event
);
CREATE TABLE authorized_programs (
    authority            pubkey NOT NULL,
    program              pubkey NOT NULL,
    signer               pubkey NOT NULL,          -- the address by which the program signs
    authorized_at        timestamptz NOT NULL,
    slot                 bigint NOT NULL,
    signature            tx_signature NOT NULL,
    PRIMARY KEY (authority, program)
);
-- What is done to the authority stands in the audit log, and no multisig does it.
ALTER TABLE audit_log ALTER multisig DROP NOT NULL;

-- What a vault held at the end of an hour and of a day.
CREATE TABLE balance_snapshots (
    vault                pubkey NOT NULL,
    period               balance_period NOT NULL CHECK (period <> 'minute'),
    at                   timestamptz NOT NULL,     -- the period's beginning
    total_balance        u64 NOT NULL,
    locked_balance       u64 NOT NULL,
    available_balance    u64 NOT NULL,
    seq                  bigint NOT NULL,          -- of the period's last event
    slot                 bigint NOT NULL,
    signature            tx_signature NOT NULL,
    PRIMARY KEY (vault, period, at)
);

-- What all vaults of a mint hold together: what each minute, hour and day changed of it. Changes add up in any order,
-- so that a vault that is folded late costs no more than its own periods; the total at a moment is the sum of the days
-- before it, and of its day's hours and its hour's minutes.
CREATE TABLE tvl_stats (
    mint                 pubkey NOT NULL,
    period               balance_period NOT NULL,
    at                   timestamptz NOT NULL,     -- the period's beginning
    events               bigint NOT NULL CHECK (events >= 0),
    vaults               bigint NOT NULL,          -- initialized
    deposits             bigint NOT NULL,
    withdrawals          bigint NOT NULL,
    deposited            numeric NOT NULL,         -- base units, as all amounts
    withdrawn            numeric NOT NULL,
    total_change         numeric NOT NULL,
    locked_change        numeric NOT NULL,
    PRIMARY KEY (mint, period, at)
);

-- What the events $2 to $3 of each vault $1 changed, by mint and period. Tables are named without a schema and looked up
-- when it is called, so that a rebuild's own are meant where it rebuilds.
CREATE FUNCTION tvl_changes(vaults text[], first_seqs bigint[], last_seqs bigint[])
RETURNS TABLE (mint pubkey, period balance_period, at timestamptz, slot bigint, events bigint, vaults bigint,
               deposits bigint, withdrawals bigint, deposited numeric, withdrawn numeric, total_change numeric,
               locked_change numeric)
LANGUAGE sql STABLE AS $$
    WITH folded AS (
        SELECT * FROM unnest($1, $2, $3) AS folded (vault, first, last)
    ), moved AS (
        SELECT vault, first, seq, kind, amount, known.at, known.slot,
               total_balance - coalesce(lag(total_balance) OVER history, 0) AS total_change,
               locked_balance - coalesce(lag(locked_balance) OVER history, 0) AS locked_change
        FROM folded CROSS JOIN LATERAL (
            (SELECT seq, kind, amount, move.at, move.slot, total_balance, locked_balance
             FROM vault_transactions AS move WHERE vault = folded.vault AND seq BETWEEN first AND last)
            UNION ALL
            (SELECT seq, kind, amount, move.at, move.slot, total_balance, locked_balance
             FROM vault_transactions AS move WHERE vault = folded.vault AND seq < first ORDER BY seq DESC LIMIT 1)
        ) AS known
        WINDOW history AS (PARTITION BY vault ORDER BY seq)
    ), change AS (
        SELECT held.mint, moved.at, moved.slot, moved.kind, moved.amount, moved.total_change, moved.locked_change
        FROM moved JOIN vaults AS held ON held.address = moved.vault WHERE moved.seq >= moved.first
        UNION ALL
        SELECT held.mint, held.created_at, held.created_slot, NULL, 0, 0, 0
        FROM folded JOIN vaults AS held ON held.address = folded.vault WHERE folded.first = 1
    )
    SELECT change.mint, kept.period, date_trunc(kept.period::text, change.at, 'UTC'), max(change.slot), count(*),
           count(*) FILTER (WHERE kind IS NULL), count(*) FILTER (WHERE kind = 'deposit'),
           count(*) FILTER (WHERE kind = 'withdraw'), coalesce(sum(amount) FILTER (WHERE kind = 'deposit'), 0),
           coalesce(sum(amount) FILTER (WHERE kind = 'withdraw'), 0), sum(change.total_change), sum(change.locked_change)
    FROM change CROSS JOIN (VALUES ('minute'::balance_period), ('hour'), ('day')) AS kept (period)
    GROUP BY 1, 2, 3
$$;

-- The events that are folded already. Nothing could be locked until now.
INSERT INTO balance_snapshots
SELECT DISTINCT ON (stream, period, date_trunc(period::text, at, 'UTC'))
       stream, period, date_trunc(period::text, at, 'UTC'), balance, 0, balance, seq, slot, signature
FROM (
    SELECT event.stream, event.seq, event.slot, event.signature,
           coalesce((event.data->>'total_balance')::numeric, 0) AS balance,
           to_timestamp((event.data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events AS event JOIN vaults ON vaults.address = event.stream JOIN streams USING (stream)
    WHERE event.seq <= streams.seq AND event.name IN ('VaultInitialized', 'Deposited', 'Withdrawn')
) AS folded CROSS JOIN (VALUES ('hour'::balance_period), ('day')) AS kept (period)
ORDER BY stream, period, date_trunc(period::text, at, 'UTC'), seq DESC;

INSERT INTO tvl_stats
SELECT mint, period, at, events, vaults, deposits, withdrawals, deposited, withdrawn, total_change, locked_change
FROM tvl_changes((SELECT array_agg(address::text ORDER BY address) FROM vaults),
                 (SELECT array_agg(1::bigint) FROM vaults),
                 (SELECT array_agg(9223372036854775807) FROM vaults));
