-- name: lock
-- From here to the commit nobody else draws numbers: they come in the order of commits. Only alerts are locked after it.
SELECT pg_advisory_xact_lock(hashtext('windlass_indexer.changes'))

-- name: record
INSERT INTO changes (kind, key, multisig, program, owner, slot, seq)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])

-- name: give_up
-- The oldest changes of a kind that were kept for long enough ($2), or are beyond the $3 newest numbers: at most $4 at
-- once. Gives the number up to which they are gone; null where none was to go.
WITH old AS (
    SELECT change FROM (
        SELECT change, at FROM changes WHERE kind = $1 ORDER BY change LIMIT $4
    ) AS oldest
    WHERE at < clock_timestamp() - $2::interval OR change <= (SELECT last_value FROM change_numbers) - $3::bigint
), gone AS (
    DELETE FROM changes WHERE kind = $1 AND change <= (SELECT max(change) FROM old)
)
INSERT INTO changes_given_up AS known (kind, upto)
SELECT $1, max(change) FROM old HAVING max(change) IS NOT NULL
ON CONFLICT (kind) DO UPDATE SET upto = excluded.upto
RETURNING upto
