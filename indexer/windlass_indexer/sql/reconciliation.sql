-- name: upto
SELECT upto FROM reconciliations ORDER BY id DESC LIMIT 1

-- name: unbacked
-- First of all, every time: those that were found wanting, as many as fit.
SELECT address AS vault, held.mint, held.token_account, held.total_balance, streams.program, streams.seq, streams.digest
FROM unbacked_vaults JOIN vaults AS held ON address = vault JOIN streams ON stream = address
ORDER BY address LIMIT $1

-- name: after
-- The next ones in the order of their addresses, each with its balance and the place in its stream that made it.
SELECT address AS vault, mint, token_account, total_balance, streams.program, streams.seq, streams.digest
FROM vaults JOIN streams ON stream = address
WHERE address > $1::text ORDER BY address LIMIT $2

-- name: again
SELECT address AS vault, mint, token_account, total_balance, streams.program, streams.seq, streams.digest
FROM vaults JOIN streams ON stream = address
WHERE address = ANY($1::text[])

-- name: record
INSERT INTO reconciliations (began_at, ended_at, first_slot, last_slot, checked, moving, unbacked, upto)
VALUES ($1, clock_timestamp(), $2, $3, $4, $5, $6, $7) RETURNING id

-- name: record_sums
INSERT INTO reconciliation_sums (reconciliation, mint, checked, unbacked, balances, tokens, missing, surplus)
SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::numeric[], $6::numeric[], $7::numeric[],
                         $8::numeric[])

-- name: still_unbacked
UPDATE unbacked_vaults AS known
SET total_balance = found.total_balance, tokens = found.tokens, slot = found.slot
FROM unnest($1::text[], $2::numeric[], $3::numeric[], $4::bigint[]) AS found (vault, total_balance, tokens, slot)
WHERE known.vault = found.vault
RETURNING known.vault

-- name: raise
-- Raised once while it lasts; what is so again at the same place in the stream is the same alert once more.
WITH found AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::bigint[], $7::bigint[])
        AS found (vault, mint, token_account, total_balance, tokens, seq, slot)
), raised AS (
    INSERT INTO alerts AS raised (kind, stream, seq, slot, at, data)
    SELECT 'vault_not_backed', vault, seq, slot, $8::timestamptz,
           jsonb_build_object('severity', 'high', 'mint', mint, 'token_account', token_account,
                              'total_balance', total_balance::text, 'tokens', tokens::text,
                              'missing', (total_balance - coalesce(tokens, 0))::text)
    FROM found ORDER BY vault
    ON CONFLICT (stream, seq, kind, proposal) DO UPDATE
    SET slot = excluded.slot, at = excluded.at, data = excluded.data, withdrawn_at = NULL, ended_at = NULL,
        change = excluded.change
    RETURNING id, stream, slot, change
), kept AS (
    INSERT INTO unbacked_vaults (vault, mint, token_account, total_balance, tokens, slot, since, alert)
    SELECT vault, mint, token_account, total_balance, tokens, found.slot, $8::timestamptz, raised.id
    FROM found JOIN raised ON stream = vault
)
SELECT 'alert' AS kind, id::text AS key, NULL AS multisig, NULL AS program, NULL AS owner, slot, change AS seq
FROM raised

-- name: end
-- Of these vaults the tokens are there; of one that is not there any more a fork took back that it ever was.
WITH over AS (
    DELETE FROM unbacked_vaults
    WHERE vault = ANY($1::text[]) OR NOT EXISTS (SELECT FROM vaults WHERE address = unbacked_vaults.vault)
    RETURNING alert
), ended AS (
    UPDATE alerts SET ended_at = $2::timestamptz, change = nextval('alert_changes')
    FROM over WHERE id = over.alert AND ended_at IS NULL
    RETURNING id, slot, change
)
SELECT 'alert' AS kind, id::text AS key, NULL AS multisig, NULL AS program, NULL AS owner, slot, change AS seq
FROM ended
