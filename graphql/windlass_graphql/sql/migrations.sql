-- fragment: migration
SELECT
    j.tracker AS address,
    j.multisig AS multisig_address,
    j.program AS program_address,
    j.proposal AS proposal_address,
    j.version,
    j.migration_authority,
    j.plan,
    j.state::text AS state,
    j.migrated,
    j.reverted,
    j.started_at,
    j.started_slot,
    -- Null until the multisig's stream tells of its start; such a job is the newest.
    coalesce(j.started_slot, 9223372036854775807) AS started_order,
    j.started_signature,
    j.finalized_at,
    j.finalized_signature
FROM migration_jobs j

-- fragment: account_migration
SELECT
    a.tracker AS migration_address,
    a.seq,
    a.account,
    a.kind::text AS kind,
    a.layout,
    a.before,
    a.after,
    a.at,
    a.slot,
    a.signature,
    CASE WHEN a.slot <= chain.finalized_slot THEN 'finalized' ELSE 'confirmed' END AS commitment
FROM account_migrations a
LEFT JOIN (SELECT coalesce(max(finalized_slot), 0) AS finalized_slot FROM cursors) chain ON true

-- name: migrations_by_address
SELECT * FROM {migration} AS migration WHERE address = ANY ($1::text[])
