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

-- name: config_changed
WITH executed AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, data->>'proposal' AS proposal,
           to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), proposals AS (
    UPDATE upgrade_proposals
    SET status = 'executed', closed_at = at, closed_signature = executed.signature, updated_slot = executed.slot,
        updated_seq = executed.seq
    FROM executed WHERE address = proposal
), event AS (
    -- The last one of each multisig is what it is now.
    SELECT DISTINCT ON (multisig) slot, seq, data->'new' AS new, data->>'config_seq' AS config_seq, multisig
    FROM executed ORDER BY multisig, seq DESC
), config AS (
    UPDATE multisigs
    SET threshold = (new->>'threshold')::smallint, cancel_threshold = (new->>'cancel_threshold')::smallint,
        emergency_threshold = (new->>'emergency_threshold')::smallint, timelock = (new->>'timelock')::bigint,
        rollback_delay = (new->>'rollback_delay')::bigint, grace_period = (new->>'grace_period')::bigint,
        voting_period = (new->>'voting_period')::bigint, config_seq = event.config_seq::bigint
    FROM event WHERE address = multisig
), member AS (
    SELECT multisig, (member.ordinality - 1)::smallint AS position, member.value->>'key' AS key,
           (member.value->>'roles')::int AS roles
    FROM event, jsonb_array_elements(new->'members') WITH ORDINALITY AS member
), gone AS (
    DELETE FROM multisig_members USING event
    WHERE multisig_members.multisig = event.multisig
      AND position >= (SELECT count(*) FROM member WHERE member.multisig = event.multisig)
), kept AS (
    -- By position, and the keys' uniqueness is checked once all have moved.
    INSERT INTO multisig_members (multisig, position, key, can_propose, can_approve, is_guard)
    SELECT multisig, position, key, roles & 1 <> 0, roles & 2 <> 0, roles & 4 <> 0 FROM member
    ON CONFLICT (multisig, position) DO UPDATE
    SET key = excluded.key, can_propose = excluded.can_propose, can_approve = excluded.can_approve,
        is_guard = excluded.is_guard
)
SELECT 'multisig' AS kind, multisig AS key, multisig, NULL AS program, NULL AS owner, slot, seq FROM event
UNION ALL
SELECT 'proposal', proposal, multisig, NULL, NULL, slot, seq FROM executed

-- name: system_paused
WITH event AS (
    SELECT DISTINCT ON (data->>'multisig') slot, seq, data, data->>'multisig' AS multisig
    FROM events WHERE id = ANY($1::bigint[])
    ORDER BY data->>'multisig', seq DESC
), paused AS (
    UPDATE multisigs
    SET pause_started_at = to_timestamp((data->'header'->>'unix_timestamp')::bigint),
        paused_until = to_timestamp((data->>'until')::bigint),
        accumulated_pause = (data->>'accumulated_pause')::bigint
    FROM event WHERE address = multisig
)
SELECT 'multisig' AS kind, multisig AS key, multisig, NULL AS program, NULL AS owner, slot, seq FROM event

-- name: system_resumed
WITH event AS (
    SELECT DISTINCT ON (data->>'multisig') slot, seq, data, data->>'multisig' AS multisig
    FROM events WHERE id = ANY($1::bigint[])
    ORDER BY data->>'multisig', seq DESC
), resumed AS (
    UPDATE multisigs
    SET pause_started_at = NULL, paused_until = NULL, accumulated_pause = (data->>'accumulated_pause')::bigint
    FROM event WHERE address = multisig
)
SELECT 'multisig' AS kind, multisig AS key, multisig, NULL AS program, NULL AS owner, slot, seq FROM event
