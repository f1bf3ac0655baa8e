-- What the fork of a chain that lost had in it is taken back, and its streams are folded anew.

-- name: unsettled
-- Transactions with events that a fork may still take back.
SELECT DISTINCT events.signature, events.slot, transaction_index
FROM events JOIN cursors USING (program)
WHERE events.program = $1 AND events.slot > settled_slot

-- name: unproven
-- A stream's events that a fork may still take back, and those that never agreed with the chain. The newest: a stream
-- that is wrong for good must not keep all others waiting.
SELECT DISTINCT signature, slot, transaction_index
FROM (
    SELECT events.signature, events.slot, transaction_index
    FROM events JOIN streams USING (stream) LEFT JOIN cursors ON cursors.program = events.program
    WHERE events.stream = $1 AND (events.seq > verified_seq OR events.slot > coalesce(settled_slot, 0))
    ORDER BY events.seq DESC LIMIT 5000
) AS newest

-- name: events_of
SELECT signature, slot, transaction_index, path, bytes FROM events WHERE program = $1 AND signature = ANY($2::text[])

-- name: streams_of
SELECT coalesce(array_agg(DISTINCT stream::text), '{}')
FROM events WHERE program = $1 AND signature = ANY($2::text[]) AND stream IS NOT NULL

-- name: related
-- A multisig's rows and its migrations' are folded from each other's streams, so all of them begin anew together.
WITH multisig AS (
    SELECT unnest($1::text[]) AS stream
    UNION SELECT multisig FROM migration_jobs WHERE tracker = ANY($1::text[])
), together AS (
    SELECT stream FROM multisig
    UNION SELECT tracker FROM migration_jobs JOIN multisig ON multisig.stream = migration_jobs.multisig
)
SELECT coalesce(array_agg(stream::text ORDER BY stream), '{}') FROM streams JOIN together USING (stream)

-- name: lock
SELECT FROM streams WHERE stream = ANY($1::text[]) ORDER BY stream FOR UPDATE

-- name: shown
-- What is folded from these streams: readers are told of what is not there any more afterwards. Nothing comes before 0.
SELECT 'multisig' AS kind, address AS key, address AS multisig, NULL AS program, NULL AS owner, 0 AS slot, 0 AS seq
FROM multisigs WHERE address = ANY($1::text[])
UNION ALL
SELECT 'program', program, multisig, program, NULL, 0, 0 FROM programs WHERE multisig = ANY($1::text[])
UNION ALL
SELECT 'proposal', address, multisig, program, NULL, 0, 0 FROM upgrade_proposals WHERE multisig = ANY($1::text[])
UNION ALL
SELECT 'migration', tracker, multisig, program, NULL, 0, 0 FROM migration_jobs WHERE tracker = ANY($1::text[])
UNION ALL
SELECT 'vault', address, NULL, NULL, owner, 0, 0 FROM vaults WHERE address = ANY($1::text[])

-- name: take_back
DELETE FROM events WHERE program = $1 AND signature = ANY($2::text[])

-- name: begin_anew
-- What agreed with the fork that lost proves nothing; what is folded anew without a change stays proven.
UPDATE streams
SET seq = 0, digest = decode(repeat('00', 32), 'hex'), slot = 0,
    verified_seq = CASE WHEN stream = ANY($2::text[]) THEN 0 ELSE verified_seq END,
    verified_by = CASE WHEN stream = ANY($2::text[]) THEN 0 ELSE verified_by END,
    verified_slot = CASE WHEN stream = ANY($2::text[]) THEN 0 ELSE verified_slot END,
    verified_at = CASE WHEN stream = ANY($2::text[]) THEN NULL ELSE verified_at END,
    disagreement = CASE WHEN stream = ANY($2::text[]) THEN NULL ELSE disagreement END
WHERE stream = ANY($1::text[])

-- name: owners
-- A stream of which nothing is left keeps its row: whether its account is gone as well, the verifier goes on asking.
SELECT stream, program FROM streams
WHERE stream = ANY($1::text[]) AND EXISTS (SELECT FROM events WHERE events.stream = streams.stream)
