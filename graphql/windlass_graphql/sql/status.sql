-- name: streams_by_address
SELECT stream, seq, verified_seq, verified_slot, verified_at, disagreement
FROM streams
WHERE stream = ANY ($1::text[])

-- name: chain_time
SELECT max(chain_time) AS chain_time FROM cursors

-- name: followed_programs
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
ORDER BY program

-- Everything up to the slot before the oldest event that is not covered by an agreement is verified.
-- name: streams_summary
SELECT
    count(*) AS total,
    count(*) FILTER (WHERE verified_seq >= seq AND disagreement IS NULL) AS verified,
    count(*) FILTER (WHERE disagreement IS NOT NULL) AS disagreeing,
    greatest(coalesce(
        (SELECT min(coalesce(e.slot - 1, s.verified_slot))
         FROM streams s
         LEFT JOIN events e ON e.stream = s.stream AND e.seq = s.verified_seq + 1
         WHERE s.verified_seq < s.seq OR s.disagreement IS NOT NULL),
        (SELECT min(slot) FROM cursors)
    ), 0) AS verified_up_to_slot
FROM streams

-- What is there before the first table is read: absent ones mean that the migrations were not applied.
-- name: missing_tables
SELECT coalesce(array_agg(name ORDER BY name), '{}') AS names
FROM unnest($1::text[]) AS name
WHERE to_regclass('public.' || quote_ident(name)) IS NULL
