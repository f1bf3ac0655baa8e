-- name: lock
-- From here to the commit nobody else raises or withdraws: the numbers of changes come in the order of commits, and what
-- time brings is judged with all that is folded in view. Taken after all other locks.
SELECT pg_advisory_xact_lock(hashtext('windlass_indexer.alerts'))

-- name: scope
-- The multisigs that these events are about, and the time of the first of them: what came before it stands.
SELECT array_agg(DISTINCT stream::text) AS streams,
       to_timestamp(min((data->'header'->>'unix_timestamp')::bigint)) AS since
FROM events WHERE id = ANY($1::bigint[])

-- name: raise
-- Whatever these events ($1) caused; what was due before countdowns of these streams ($2) ended at or after $3; and
-- what is due now ($4). What was raised already stays as it is, unless it moved or had been withdrawn.
WITH due AS (
    SELECT kind, stream, seq, slot, signature, multisig, program, proposal, at, data
    FROM alert_causes WHERE event = ANY($1::bigint[])
    UNION ALL
    SELECT kind, stream, seq, slot, signature, multisig, program, proposal, at, data
    FROM alert_moments WHERE stream = ANY($2::text[]) AND ended_at >= $3::timestamptz AND at <= ended_at
    UNION ALL
    SELECT kind, stream, seq, slot, signature, multisig, program, proposal, at, data
    FROM alert_moments WHERE $4::timestamptz IS NOT NULL AND ended_at IS NULL AND at <= $4::timestamptz
), news AS (
    SELECT * FROM due
    WHERE NOT EXISTS (
        SELECT FROM alerts AS raised
        WHERE (raised.stream, raised.seq, raised.kind) = (due.stream, due.seq, due.kind)
          AND raised.proposal IS NOT DISTINCT FROM due.proposal AND raised.withdrawn_at IS NULL
          AND (raised.at, raised.slot) = (due.at, due.slot) AND raised.signature IS NOT DISTINCT FROM due.signature
        OFFSET 0 -- looked up one by one: PostgreSQL would join all alerts there are
    )
    ORDER BY at, stream, seq, kind
), changed AS (
    INSERT INTO alerts AS raised (kind, stream, seq, slot, signature, multisig, program, proposal, at, data)
    SELECT kind, stream, seq, slot, signature, multisig, program, proposal, at, data FROM news
    ON CONFLICT (stream, seq, kind, proposal) DO UPDATE
    SET slot = excluded.slot, signature = excluded.signature, multisig = excluded.multisig,
        program = excluded.program, at = excluded.at, data = excluded.data, withdrawn_at = NULL,
        change = excluded.change
    RETURNING id, multisig, program, slot, change
)
SELECT 'alert' AS kind, id::text AS key, multisig, program, NULL AS owner, slot, change AS seq FROM changed

-- name: withdraw
-- What is said of these streams ($1) from $2 on, or of those ($3) at all, and is not so (any more). A migration's standstill is a day old when
-- it is told, so no fork reaches its cause; that accounts moved on later makes it no less true.
WITH changed AS (
    UPDATE alerts AS raised SET withdrawn_at = clock_timestamp(), change = nextval('alert_changes')
    WHERE (stream = ANY($1::text[]) AND at >= $2::timestamptz OR stream = ANY($3::text[]))
      AND withdrawn_at IS NULL AND kind NOT IN ('migration_stuck', 'vault_not_backed', 'failing_after_upgrade')
      AND NOT EXISTS (
        SELECT FROM alert_causes AS cause
        WHERE (cause.stream, cause.seq, cause.kind, cause.at) = (raised.stream, raised.seq, raised.kind, raised.at)
          AND cause.proposal IS NOT DISTINCT FROM raised.proposal
        OFFSET 0
      )
      AND NOT EXISTS (
        SELECT FROM alert_moments AS moment
        WHERE (moment.stream, moment.seq, moment.kind, moment.at) = (raised.stream, raised.seq, raised.kind, raised.at)
          AND moment.proposal IS NOT DISTINCT FROM raised.proposal
          AND (moment.ended_at IS NULL OR moment.at <= moment.ended_at)
        OFFSET 0
      )
    RETURNING id, multisig, program, slot, change
)
SELECT 'alert' AS kind, id::text AS key, multisig, program, NULL AS owner, slot, change AS seq FROM changed

-- name: read_slot
-- Everything at or before this slot has been read of all these programs; null before the first reading.
SELECT CASE WHEN count(*) = cardinality($1::text[]) THEN min(slot) END FROM cursors WHERE program = ANY($1::text[])
