-- A program is known by its multisig and address; the two make the key that breaks ties in its order.

-- fragment: program
SELECT
    g.multisig AS multisig_address,
    g.program AS address,
    g.program_data,
    g.upgrade_authority,
    g.previous_authority,
    greatest(g.timelock, m.timelock) AS timelock_seconds,
    g.timelock AS own_timelock_seconds,
    g.version,
    g.code_digest,
    g.registered_at,
    g.registered_slot,
    g.registered_signature,
    g.last_upgrade_at,
    g.released,
    g.program || '/' || g.multisig AS page_key
FROM programs g
JOIN multisigs m ON m.address = g.multisig

-- name: programs_by_key
SELECT program.* FROM unnest($1::text[], $2::text[]) AS wanted (multisig, program)
JOIN {program} AS program ON program.multisig_address = wanted.multisig AND program.address = wanted.program

-- name: programs_page
SELECT * FROM {program} AS program
WHERE ($1::text IS NULL OR multisig_address = $1)
  AND ($2::text IS NULL OR address = $2)
  AND ($3::bigint IS NULL OR (registered_slot, page_key) < ($3, $4::text))
ORDER BY registered_slot DESC, page_key DESC
LIMIT $5::integer

-- name: programs_of_multisigs
SELECT page.* FROM unnest($1::text[]) AS parent (multisig)
CROSS JOIN LATERAL (
    SELECT * FROM {program} AS program
    WHERE multisig_address = parent.multisig
      AND ($2::bigint IS NULL OR (registered_slot, page_key) < ($2, $3::text))
    ORDER BY registered_slot DESC, page_key DESC
    LIMIT $4::integer
) AS page

-- name: upgrades_of_programs
SELECT page.* FROM unnest($1::text[], $2::text[]) AS parent (multisig, program)
CROSS JOIN LATERAL (
    SELECT multisig AS multisig_address, program AS program_address, version, proposal AS proposal_address,
           code_digest, executor, executed_at AS at, slot, signature
    FROM upgrade_history
    WHERE multisig = parent.multisig
      AND program = parent.program
      AND ($3::bigint IS NULL OR (version, program) < ($3, $4::text))
    ORDER BY version DESC
    LIMIT $5::integer
) AS page
