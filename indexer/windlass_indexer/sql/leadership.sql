-- name: try_to_lead
-- Advisory locks belong to one database, and end with the session that holds them, however it ends.
SELECT pg_try_advisory_lock(hashtext('windlass_indexer.leader'))

-- name: keep_writers_out
-- Waits for every transaction that has passed the fence and lets no other in; goes with the transaction. PostgreSQL
-- queues these locks, so that a steady stream of writers cannot keep this one waiting.
SELECT pg_advisory_xact_lock(hashtext('windlass_indexer.writers'))

-- name: enter
SELECT pg_advisory_xact_lock_shared(hashtext('windlass_indexer.writers'))

-- name: begin_epoch
UPDATE leadership SET epoch = epoch + 1, led_since = clock_timestamp() RETURNING epoch

-- name: epoch
-- After `enter`, in a statement of its own: one that had begun before would not see what it waited for.
SELECT epoch FROM leadership

-- name: heartbeat
SELECT 1
