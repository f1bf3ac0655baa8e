-- name: program_registered
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, data->>'program' AS program
    FROM events WHERE id = ANY($1::bigint[])
), registered AS (
    INSERT INTO programs
        (multisig, program, program_data, upgrade_authority, previous_authority, timelock, version, code_digest,
         registered_at, registered_slot, registered_signature)
    SELECT multisig, program, data->>'program_data', data->>'upgrade_authority', data->>'previous_authority',
           (data->>'timelock')::bigint, 0, NULL, to_timestamp((data->'header'->>'unix_timestamp')::bigint), slot,
           signature
    FROM event
)
SELECT 'program' AS kind, program AS key, multisig, program, NULL AS owner, slot, seq FROM event
