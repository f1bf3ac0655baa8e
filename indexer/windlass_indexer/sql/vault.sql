-- name: vault_initialized
WITH event AS (
    SELECT slot, seq, data, data->>'vault' AS vault, data->>'owner' AS owner,
           to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
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
    INSERT INTO vault_transactions (vault, seq, kind, amount, total_balance, at, slot, signature)
    SELECT vault, seq,
           CASE name WHEN 'Deposited' THEN 'deposit' WHEN 'Withdrawn' THEN 'withdraw' END::vault_transaction_kind,
           (data->>'amount')::u64, (data->>'total_balance')::u64, at, slot, signature
    FROM event
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
