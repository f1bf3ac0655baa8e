-- The start is told on the multisig's stream, the rest on the tracker's: either may be folded first.

-- name: migration_started
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, data->>'program' AS program,
           data->>'proposal' AS proposal, to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), job AS (
    INSERT INTO migration_jobs AS job
        (tracker, multisig, program, proposal, version, migration_authority, plan, state, started_at, started_slot,
         started_signature)
    SELECT data->>'tracker', multisig, program, proposal, (data->>'version')::bigint, data->>'migration_authority',
           data->'plan', 'migrating', at, slot, signature
    FROM event
    -- What the tracker's own stream has told is newer.
    ON CONFLICT (tracker) DO UPDATE
    SET multisig = excluded.multisig, program = excluded.program, proposal = excluded.proposal,
        version = excluded.version, migration_authority = excluded.migration_authority, plan = excluded.plan,
        started_at = excluded.started_at, started_slot = excluded.started_slot,
        started_signature = excluded.started_signature
    RETURNING proposal, state
), started AS (
    UPDATE upgrade_proposals
    SET status = CASE job.state WHEN 'finalized' THEN 'completed' ELSE 'migrating' END::proposal_status,
        updated_slot = greatest(updated_slot, event.slot), updated_seq = event.seq
    FROM event JOIN job USING (proposal) WHERE address = event.proposal
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event
UNION ALL
SELECT 'migration', data->>'tracker', multisig, program, NULL, slot, seq FROM event

-- name: account_moved
WITH event AS (
    SELECT slot, seq, signature, data, data->>'tracker' AS tracker,
           CASE name WHEN 'AccountMigrated' THEN 'migrate' WHEN 'AccountReverted' THEN 'revert'
                     WHEN 'AccountVersionClosed' THEN 'close_receipt' END::account_migration_kind AS kind,
           to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), moves AS (
    INSERT INTO account_migrations (tracker, seq, account, kind, layout, before, after, at, slot, signature)
    SELECT tracker, seq, data->>'account', kind, (data->>'layout')::smallint, decode(data->>'before', 'hex'),
           decode(data->>'after', 'hex'), at, slot, signature
    FROM event
), counted AS (
    SELECT tracker, count(*) FILTER (WHERE kind = 'migrate') AS migrated,
           count(*) FILTER (WHERE kind = 'revert') AS reverted,
           (array_agg(kind ORDER BY seq DESC))[1] AS newest
    FROM event WHERE kind <> 'close_receipt' GROUP BY tracker
), job AS (
    INSERT INTO migration_jobs AS job (tracker, state, migrated, reverted)
    SELECT tracker, CASE newest WHEN 'revert' THEN 'reverting' ELSE 'migrating' END::migration_state, migrated, reverted
    FROM counted
    ON CONFLICT (tracker) DO UPDATE
    SET migrated = job.migrated + excluded.migrated, reverted = job.reverted + excluded.reverted,
        state = CASE job.state WHEN 'finalized' THEN job.state ELSE excluded.state END
)
SELECT DISTINCT ON (event.tracker) 'migration' AS kind, event.tracker AS key, known.multisig, known.program,
       NULL AS owner, slot, seq
FROM event LEFT JOIN migration_jobs AS known ON known.tracker = event.tracker
ORDER BY event.tracker, seq DESC

-- name: migration_finalized
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, data->>'program' AS program,
           data->>'proposal' AS proposal, to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), job AS (
    INSERT INTO migration_jobs AS job (tracker, state, migrated, reverted, finalized_at, finalized_signature)
    SELECT data->>'tracker', 'finalized', (data->>'migrated')::bigint, (data->>'reverted')::bigint, at, signature
    FROM event
    ON CONFLICT (tracker) DO UPDATE
    SET state = excluded.state, migrated = excluded.migrated, reverted = excluded.reverted,
        finalized_at = excluded.finalized_at, finalized_signature = excluded.finalized_signature
), finalized AS (
    -- The number is not the multisig's. Before the start is folded this waits for it; what is rolled back stays so.
    UPDATE upgrade_proposals SET status = 'completed', updated_slot = greatest(updated_slot, event.slot)
    FROM event WHERE address = proposal AND status = 'migrating'
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event
UNION ALL
SELECT 'migration', data->>'tracker', multisig, program, NULL, slot, seq FROM event
