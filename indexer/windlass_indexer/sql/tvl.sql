-- What the events $2 to $3 of each vault $1 changed of what all vaults of a mint hold.

-- name: lock
-- Sums are of many vaults, so whoever adds to them waits for the last one's commit; readers do not. By its name: a
-- rebuild keeps nobody waiting who writes to the serving tables.
LOCK TABLE tvl_stats IN SHARE ROW EXCLUSIVE MODE

-- name: add
WITH change AS MATERIALIZED (
    SELECT * FROM tvl_changes($1::text[], $2::bigint[], $3::bigint[])
), added AS (
    INSERT INTO tvl_stats AS stats
        (mint, period, at, events, vaults, deposits, withdrawals, deposited, withdrawn, total_change, locked_change)
    SELECT mint, period, at, events, vaults, deposits, withdrawals, deposited, withdrawn, total_change, locked_change
    FROM change
    ON CONFLICT (mint, period, at) DO UPDATE
    SET events = stats.events + excluded.events, vaults = stats.vaults + excluded.vaults,
        deposits = stats.deposits + excluded.deposits, withdrawals = stats.withdrawals + excluded.withdrawals,
        deposited = stats.deposited + excluded.deposited, withdrawn = stats.withdrawn + excluded.withdrawn,
        total_change = stats.total_change + excluded.total_change,
        locked_change = stats.locked_change + excluded.locked_change
)
SELECT 'tvl' AS kind, mint AS key, NULL AS multisig, NULL AS program, NULL AS owner, max(slot) AS slot, 0 AS seq
FROM change GROUP BY mint

-- name: take_back
WITH change AS MATERIALIZED (
    SELECT * FROM tvl_changes($1::text[], $2::bigint[], $3::bigint[])
), dropped AS (
    -- Where nothing else ever happened there is no row, whatever a fork that lost had said.
    DELETE FROM tvl_stats AS stats USING change
    WHERE (stats.mint, stats.period, stats.at) = (change.mint, change.period, change.at)
      AND stats.events = change.events
), taken_back AS (
    UPDATE tvl_stats AS stats
    SET events = stats.events - change.events, vaults = stats.vaults - change.vaults,
        deposits = stats.deposits - change.deposits, withdrawals = stats.withdrawals - change.withdrawals,
        deposited = stats.deposited - change.deposited, withdrawn = stats.withdrawn - change.withdrawn,
        total_change = stats.total_change - change.total_change,
        locked_change = stats.locked_change - change.locked_change
    FROM change
    WHERE (stats.mint, stats.period, stats.at) = (change.mint, change.period, change.at)
      AND stats.events <> change.events
)
-- Nothing comes before 0.
SELECT DISTINCT 'tvl' AS kind, mint AS key, NULL AS multisig, NULL AS program, NULL AS owner, 0 AS slot, 0 AS seq
FROM change
