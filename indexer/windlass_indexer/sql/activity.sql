-- name: governed
-- Every program that a multisig governs or has governed, and the last slot counted: at first, before it was registered,
-- once all is read up to there and no fork takes that back any more. Without a stream nothing does.
SELECT program, coalesce(counted.slot, governed.slot - 1) AS slot
FROM (
    SELECT programs.program, min(registered_slot) AS slot, min(least(cursor.slot, cursor.settled_slot)) AS settled_slot
    FROM programs
    LEFT JOIN streams ON streams.stream = programs.multisig
    LEFT JOIN cursors AS cursor ON cursor.program = streams.program
    GROUP BY programs.program
) AS governed
LEFT JOIN activity_cursors AS counted USING (program)
WHERE counted.slot IS NOT NULL OR governed.slot <= governed.settled_slot OR governed.settled_slot IS NULL
ORDER BY program

-- name: move_cursor
-- Only from where the counting began: what another one has counted meanwhile is not counted again.
INSERT INTO activity_cursors AS cursor (program, slot) VALUES ($1, $3)
ON CONFLICT (program) DO UPDATE SET slot = excluded.slot WHERE cursor.slot = $2
RETURNING slot

-- name: count
INSERT INTO program_activity AS activity (program, minute, successes, failures)
SELECT $1, to_timestamp(minute * 60), successes, failures
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS counted (minute, successes, failures)
ON CONFLICT (program, minute) DO UPDATE
SET successes = activity.successes + excluded.successes, failures = activity.failures + excluded.failures
