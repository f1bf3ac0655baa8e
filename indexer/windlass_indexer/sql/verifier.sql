-- name: stalest
-- The streams whose agreement is the oldest news.
SELECT stream, program, seq, digest FROM streams ORDER BY verified_at NULLS FIRST LIMIT $1

-- name: named
SELECT stream, program, seq, digest FROM streams WHERE stream = ANY($1::text[])

-- name: all
SELECT stream, program, seq, digest FROM streams ORDER BY stream

-- name: agreed
-- Only what is still as it was compared; locked in one order, so as not to wait for the folds in a circle.
WITH compared AS (
    SELECT stream, streams.seq, agreed.slot, agreed.nodes
    FROM streams JOIN unnest($1::text[], $2::bigint[], $3::bigint[], $4::smallint[])
        AS agreed (stream, seq, slot, nodes) USING (stream)
    WHERE streams.seq = agreed.seq AND agreed.slot >= verified_slot
    ORDER BY stream FOR UPDATE OF streams
)
UPDATE streams
SET verified_seq = compared.seq, verified_slot = compared.slot, verified_at = clock_timestamp(),
    verified_by = CASE WHEN verified_seq = compared.seq THEN greatest(verified_by, nodes) ELSE nodes END,
    -- An event that no table knows counts in the digest all the same: only a rebuild by who knows it takes that back.
    disagreement = CASE WHEN disagreement LIKE 'event % is known to no table: %' THEN disagreement END
FROM compared WHERE streams.stream = compared.stream

-- name: disagreed
WITH compared AS (
    SELECT stream, found.disagreement
    FROM streams JOIN unnest($1::text[], $2::bigint[], $3::text[]) AS found (stream, seq, disagreement) USING (stream)
    WHERE streams.seq = found.seq
    ORDER BY stream FOR UPDATE OF streams
)
-- What was found first says most; it stays until digest and account agree.
UPDATE streams SET disagreement = coalesce(streams.disagreement, compared.disagreement)
FROM compared WHERE streams.stream = compared.stream
