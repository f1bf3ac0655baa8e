-- name: try_to_rebuild
SELECT pg_try_advisory_lock(hashtext('windlass_indexer.rebuild'))

-- name: newest_event
SELECT coalesce(max(id), 0) FROM events

-- name: count_events
SELECT count(*) FROM events WHERE stream IS NOT NULL

-- name: programs
SELECT DISTINCT program FROM public.streams

-- name: migrations
SELECT array_agg(name ORDER BY name) FROM schema_migrations

-- name: next_events
-- In the order of the index, so that each page begins where the last one ended.
SELECT id, stream, seq, slot, program, name, bytes FROM events
WHERE (stream, seq) > ($1::text, $2::bigint) ORDER BY stream, seq LIMIT $3

-- name: streams_with_events_after
SELECT DISTINCT stream, program FROM events WHERE id > $1 AND stream IS NOT NULL

-- name: carry_verdicts_over
-- What the chain was compared with is still the same where number and digest are.
UPDATE windlass_rebuild.streams AS fresh
SET verified_seq = served.verified_seq, verified_slot = served.verified_slot, verified_at = served.verified_at,
    verified_by = served.verified_by,
    -- What no table knew then may be folded now.
    disagreement = coalesce(
        fresh.disagreement,
        CASE WHEN served.disagreement NOT LIKE 'event % is known to no table: %' THEN served.disagreement END
    )
FROM public.streams AS served
WHERE (served.stream, served.seq, served.digest) = (fresh.stream, fresh.seq, fresh.digest)

-- name: totals
SELECT count(*) AS streams, coalesce(sum(seq), 0)::bigint AS events FROM windlass_rebuild.streams
