-- fragment: verification
-- Of the stream $stream; where it is not told which event made the aggregate, the stream's newest counts.
SELECT
    wanted.stream,
    coalesce(s.seq, 0) AS seq,
    coalesce(s.verified_seq, 0) AS verified_seq,
    coalesce(s.verified_slot, 0) AS verified_slot,
    s.verified_at,
    coalesce(s.verified_by, 0) AS verified_by,
    s.disagreement,
    s.stream IS NOT NULL AND s.disagreement IS NULL AND s.verified_seq >= coalesce(wanted.made_by, s.seq)
        AS is_verified
FROM (SELECT $stream AS stream, $made_by::bigint AS made_by) wanted
LEFT JOIN streams s ON s.stream = wanted.stream

-- fragment: followed_program
SELECT
    program,
    slot,
    signature,
    confirmed_slot,
    finalized_slot,
    greatest(confirmed_slot - slot, 0) AS lag_slots,
    chain_time,
    updated_at
FROM cursors

-- fragment: unknown_events
-- Kept with their bytes; the index holds only these.
SELECT program, encode(substring(bytes FROM 1 FOR 8), 'hex') AS discriminator, count(*) AS count, max(slot) AS last_slot
FROM events WHERE name IS NULL GROUP BY program, substring(bytes FROM 1 FOR 8)

-- fragment: status
-- Everything up to the slot before the oldest event that is not covered by an agreement is verified.
SELECT
    followed.chain_time,
    followed.slot,
    followed.lag_slots,
    streams.total,
    streams.verified,
    streams.disagreeing,
    greatest(coalesce(
        (SELECT min(coalesce(e.slot - 1, s.verified_slot))
         FROM streams s
         LEFT JOIN events e ON e.stream = s.stream AND e.seq = s.verified_seq + 1
         WHERE s.verified_seq < s.seq OR s.disagreement IS NOT NULL),
        followed.slot
    ), 0) AS verified_up_to_slot
FROM (
    SELECT max(chain_time) AS chain_time, min(slot) AS slot,
           max(greatest(confirmed_slot - slot, 0)) AS lag_slots
    FROM cursors
) followed
LEFT JOIN (
    SELECT
        count(*) AS total,
        count(*) FILTER (WHERE verified_seq >= seq AND disagreement IS NULL) AS verified,
        count(*) FILTER (WHERE disagreement IS NOT NULL) AS disagreeing
    FROM streams
) streams ON true

-- name: missing_tables
-- What is there before the first table is read: absent ones mean that the migrations were not applied.
SELECT coalesce(array_agg(name ORDER BY name), '{}') AS names
FROM unnest($1::text[]) AS name
WHERE to_regclass('public.' || quote_ident(name)) IS NULL

-- name: indexer_state
-- A program that is not followed any more keeps its cursor, so the newest word from any of them counts.
SELECT state.*, (SELECT extract(epoch FROM clock_timestamp() - max(updated_at))::double precision FROM cursors) AS silence
FROM {status} AS state
