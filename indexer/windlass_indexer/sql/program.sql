-- name: program_registered
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, data->>'program' AS program
    FROM events WHERE id = ANY($1::bigint[])
), registered AS (
    INSERT INTO programs
        (multisig, program, program_data, upgrade_authority, previous_authority, timelock, version, code_digest,
         registered_at, registered_slot, registered_signature)
    SELECT multisig, program, data->>'program_data', data->>'upgrade_authority', data->>'previous_authority',
           (data->>'timelock')::bigint, (data->>'version')::bigint, NULL, to_timestamp((data->'header'->>'unix_timestamp')::bigint), slot,
           signature
    FROM event
    -- Registered again after its release: its code may be another by now.
    ON CONFLICT (multisig, program) DO UPDATE
    SET previous_authority = excluded.previous_authority, timelock = excluded.timelock, version = excluded.version,
        code_digest = NULL, released = false
)
SELECT 'program' AS kind, program AS key, multisig, program, NULL AS owner, slot, seq FROM event

-- name: authority_transferred
WITH event AS (
    SELECT slot, seq, signature, data->>'multisig' AS multisig, data->>'program' AS program,
           data->>'proposal' AS proposal, to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), executed AS (
    UPDATE upgrade_proposals
    SET status = 'executed', closed_at = at, closed_signature = event.signature, updated_slot = event.slot,
        updated_seq = event.seq
    FROM event WHERE address = proposal
), released AS (
    UPDATE programs SET released = true
    FROM event WHERE (programs.multisig, programs.program) = (event.multisig, event.program)
)
SELECT 'program' AS kind, program AS key, multisig, program, NULL AS owner, slot, seq FROM event
UNION ALL
SELECT 'proposal', proposal, multisig, program, NULL, slot, seq FROM event
