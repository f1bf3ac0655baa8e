-- name: begin
-- A target that is new is told of what happens from now on.
INSERT INTO outbox_cursors (target, change) SELECT $1, coalesce(max(change), 0) FROM alerts ON CONFLICT DO NOTHING

-- name: is_behind
SELECT change < (SELECT max(change) FROM alerts) FROM outbox_cursors WHERE target = $1

-- name: queue
-- The cursor moves with what it puts in. What is older than two days when it becomes known (the history that a first run
-- reads) is no news, nor that an alert nobody was told of is withdrawn or over.
WITH news AS (
    SELECT alerts.* FROM alerts JOIN outbox_cursors ON target = $1 AND alerts.change > outbox_cursors.change
    ORDER BY alerts.change LIMIT 1000
), queued AS (
    INSERT INTO outbox (target, alert, change, payload)
    SELECT $1, id, change,
           jsonb_build_object(
               'id', id, 'change', change, 'state',
               CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn' WHEN ended_at IS NOT NULL THEN 'ended' ELSE 'raised' END,
               'kind', kind, 'at', at, 'multisig', multisig, 'program', program, 'proposal', proposal, 'slot', slot,
               'signature', signature, 'data', data)
    FROM news
    WHERE coalesce(ended_at, at) > (SELECT coalesce(max(chain_time), '-infinity') FROM cursors) - interval '48 hours'
      AND (withdrawn_at IS NULL AND ended_at IS NULL OR EXISTS (SELECT FROM outbox AS told WHERE told.alert = news.id AND told.target = $1))
    ORDER BY change
)
UPDATE outbox_cursors SET change = (SELECT max(change) FROM news)
WHERE target = $1 AND EXISTS (SELECT FROM news)

-- name: due
SELECT id, alert, payload::text AS body FROM outbox
WHERE target = $1 AND state = 'waiting' AND next_try_at <= clock_timestamp() ORDER BY id LIMIT $2

-- name: delivered
UPDATE outbox SET state = 'delivered', attempts = attempts + 1, last_error = NULL, ended_at = clock_timestamp()
WHERE id = $1

-- name: failed
-- Pauses double from $4 up to $5 seconds, a tenth more or less, so that not all come back at once.
UPDATE outbox
SET attempts = attempts + 1, last_error = $2,
    next_try_at = clock_timestamp()
        + make_interval(secs => least($5::double precision, $4::double precision * 2 ^ attempts) * (0.9 + 0.2 * random())),
    state = CASE WHEN attempts + 1 < $3::integer THEN 'waiting' ELSE 'dead' END::delivery_state,
    ended_at = CASE WHEN attempts + 1 < $3::integer THEN NULL ELSE clock_timestamp() END
WHERE id = $1
RETURNING state::text

-- name: count_dead
SELECT count(*) FROM outbox WHERE target = $1 AND state = 'dead'

-- name: counts
SELECT target, count(*) FILTER (WHERE state = 'waiting') AS waiting,
       count(*) FILTER (WHERE state = 'waiting' AND attempts > 0) AS failing,
       count(*) FILTER (WHERE state = 'delivered') AS delivered, count(*) FILTER (WHERE state = 'dead') AS dead
FROM outbox GROUP BY target ORDER BY target

-- name: dead
SELECT outbox.id, target, alert, kind::text, attempts, last_error, outbox.ended_at
FROM outbox JOIN alerts ON alerts.id = alert
WHERE state = 'dead' ORDER BY outbox.id

-- name: retry
UPDATE outbox SET state = 'waiting', attempts = 0, next_try_at = clock_timestamp(), ended_at = NULL
WHERE state = 'dead' RETURNING id
