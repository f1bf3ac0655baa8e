-- name: lock
-- One migrator at a time in this database; the lock goes with the transaction.
SELECT pg_advisory_xact_lock(hashtext('windlass_indexer.migrations'))

-- name: keep_a_record
CREATE TABLE IF NOT EXISTS schema_migrations (
    name                 text PRIMARY KEY,
    applied_at           timestamptz NOT NULL DEFAULT clock_timestamp()
)

-- name: applied
SELECT name FROM schema_migrations ORDER BY name

-- name: record
INSERT INTO schema_migrations (name) VALUES ($1)
