-- name: vault_initialized
WITH event AS (
    SELECT slot, seq, signature, data, data->>'vault' AS vault, data->>'owner' AS owner,
           to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), snapshots AS (
    INSERT INTO balance_snapshots
        (vault, period, at, total_balance, locked_balance, available_balance, seq, slot, signature)
    SELECT vault, period, date_trunc(period::text, at, 'UTC'), 0, 0, 0, seq, slot, signature
    FROM event CROSS JOIN (VALUES ('hour'::balance_period), ('day')) AS kept (period)
), initialized AS (
    INSERT INTO vaults
        (address, owner, mint, token_account, total_balance, locked_balance, available_balance, total_deposited,
         total_withdrawn, created_at, created_slot, updated_at, updated_slot)
    SELECT vault, owner, data->>'mint', data->>'token_account', 0, 0, 0, 0, 0, at, slot, at, slot FROM event
)
SELECT 'vault' AS kind, vault AS key, NULL AS multisig, NULL AS program, owner, slot, seq FROM event

-- name: balance_moved
WITH event AS (
    SELECT slot, seq, signature, data, name, data->>'vault' AS vault, data->>'owner' AS owner,
           to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), moves AS (
    INSERT INTO vault_transactions
        (vault, seq, kind, amount, total_balance, locked_balance, program, counterpart, at, slot, signature)
    SELECT vault, seq,
           CASE name WHEN 'Deposited' THEN 'deposit' WHEN 'Withdrawn' THEN 'withdraw'
                     WHEN 'CollateralLocked' THEN 'lock' WHEN 'CollateralUnlocked' THEN 'unlock'
                     WHEN 'CollateralSent' THEN 'send' WHEN 'CollateralReceived' THEN 'receive'
           END::vault_transaction_kind,
           (data->>'amount')::u64, (data->>'total_balance')::u64, (data->>'locked_balance')::u64, data->>'program',
           coalesce(data->>'to', data->>'from'), at, slot, signature
    FROM event
), placed AS (
    SELECT vault, seq, hour, day, lead(hour) OVER following AS next_hour, lead(day) OVER following AS next_day
    FROM (
        SELECT vault, seq, date_trunc('hour', at, 'UTC') AS hour, date_trunc('day', at, 'UTC') AS day FROM event
    ) AS timed
    WINDOW following AS (PARTITION BY vault ORDER BY seq)
), closing AS (
    -- Few of many events are the last of their period: only these are looked into.
    SELECT DISTINCT ON (vault, period, began) vault, period, began, seq
    FROM placed CROSS JOIN LATERAL (
        VALUES ('hour'::balance_period, hour, next_hour), ('day', day, next_day)
    ) AS kept (period, began, next)
    WHERE began IS DISTINCT FROM next
    ORDER BY vault, period, began, seq DESC
), snapshots AS (
    INSERT INTO balance_snapshots AS snapshot
        (vault, period, at, total_balance, locked_balance, available_balance, seq, slot, signature)
    SELECT vault, period, began, (data->>'total_balance')::u64, (data->>'locked_balance')::u64,
           (data->>'available_balance')::u64, seq, slot, signature
    FROM closing JOIN event USING (vault, seq)
    ORDER BY vault, period, began
    ON CONFLICT (vault, period, at) DO UPDATE
    SET total_balance = excluded.total_balance, locked_balance = excluded.locked_balance,
        available_balance = excluded.available_balance, seq = excluded.seq, slot = excluded.slot,
        signature = excluded.signature
), latest AS (
    SELECT DISTINCT ON (vault) * FROM event ORDER BY vault, seq DESC
), moved AS (
    UPDATE vaults
    SET total_balance = (data->>'total_balance')::u64, locked_balance = (data->>'locked_balance')::u64,
        available_balance = (data->>'available_balance')::u64, total_deposited = (data->>'total_deposited')::u64,
        total_withdrawn = (data->>'total_withdrawn')::u64, updated_at = at, updated_slot = latest.slot
    FROM latest WHERE address = vault
)
SELECT 'vault' AS kind, vault AS key, NULL AS multisig, NULL AS program, owner, slot, seq FROM latest

-- name: authority_changed
WITH event AS (
    SELECT slot, seq, name, data FROM events WHERE id = ANY($1::bigint[])
), latest AS (
    SELECT DISTINCT ON (data->>'authority') * FROM event ORDER BY data->>'authority', seq DESC
), changed AS (
    INSERT INTO vault_authorities (authority, admin, slot)
    SELECT data->>'authority', coalesce(data->>'to', data->>'admin'), slot FROM latest
    ON CONFLICT (authority) DO UPDATE SET admin = excluded.admin, slot = excluded.slot
)
SELECT 'authority' AS kind, data->>'authority' AS key, NULL AS multisig, NULL AS program, NULL AS owner, slot, seq
FROM latest

-- name: program_authorized
-- What was authorized and taken back within these events comes to what the last of them says.
WITH latest AS (
    SELECT DISTINCT ON (data->>'authority', data->>'program') slot, seq, signature, name, data,
           to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
    ORDER BY data->>'authority', data->>'program', seq DESC
), deauthorized AS (
    DELETE FROM authorized_programs AS known USING latest
    WHERE name = 'ProgramDeauthorized'
      AND (known.authority, known.program) = (latest.data->>'authority', latest.data->>'program')
), authorized AS (
    INSERT INTO authorized_programs (authority, program, signer, authorized_at, slot, signature)
    SELECT data->>'authority', data->>'program', data->>'signer', at, slot, signature
    FROM latest WHERE name = 'ProgramAuthorized'
    ON CONFLICT (authority, program) DO UPDATE
    SET signer = excluded.signer, authorized_at = excluded.authorized_at, slot = excluded.slot,
        signature = excluded.signature
)
SELECT DISTINCT ON (data->>'authority') 'authority' AS kind, data->>'authority' AS key, NULL AS multisig,
       NULL AS program, NULL AS owner, slot, seq
FROM latest ORDER BY data->>'authority', seq DESC
