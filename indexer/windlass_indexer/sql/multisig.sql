-- Each fold takes the ids of events, of any number of streams but in each in order, and gives the aggregates changed.

-- name: multisig_initialized
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig FROM events WHERE id = ANY($1::bigint[])
), multisig AS (
    INSERT INTO multisigs
        (address, create_key, threshold, cancel_threshold, emergency_threshold, timelock, rollback_delay,
         grace_period, voting_period, config_seq, created_at, created_slot, created_signature)
    SELECT multisig, data->>'create_key', (data->>'threshold')::smallint, (data->>'cancel_threshold')::smallint,
           (data->>'emergency_threshold')::smallint, (data->>'timelock')::bigint, (data->>'rollback_delay')::bigint,
           (data->>'grace_period')::bigint, (data->>'voting_period')::bigint, 0,
           to_timestamp((data->'header'->>'unix_timestamp')::bigint), slot, signature
    FROM event
), members AS (
    INSERT INTO multisig_members (multisig, position, key, can_propose, can_approve, is_guard)
    -- Role bits: PROPOSE 1, APPROVE 2, GUARD 4.
    SELECT multisig, member.ordinality - 1, member.value->>'key', (member.value->>'roles')::int & 1 <> 0,
           (member.value->>'roles')::int & 2 <> 0, (member.value->>'roles')::int & 4 <> 0
    FROM event, jsonb_array_elements(data->'members') WITH ORDINALITY AS member
)
SELECT 'multisig' AS kind, multisig AS key, multisig, NULL AS program, NULL AS owner, slot, seq FROM event
