-- name: lock
-- From here to the commit nobody else draws numbers: they come in the order of commits. Only alerts are locked after it.
SELECT pg_advisory_xact_lock(hashtext('windlass_indexer.changes'))

-- name: record
INSERT INTO changes (kind, key, multisig, program, slot, seq)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
