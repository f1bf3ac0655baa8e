-- fragment: multisig
SELECT
    m.address,
    m.create_key,
    m.threshold,
    m.cancel_threshold,
    m.emergency_threshold,
    m.timelock AS timelock_seconds,
    m.rollback_delay AS rollback_delay_seconds,
    m.grace_period AS grace_period_seconds,
    m.voting_period AS voting_period_seconds,
    m.config_seq,
    m.paused_until,
    m.created_at,
    m.created_slot,
    m.created_signature
FROM multisigs m

-- name: multisigs_by_address
SELECT * FROM {multisig} AS multisig WHERE address = ANY ($1::text[])

-- name: multisigs_page
SELECT * FROM {multisig} AS multisig
WHERE ($1::text IS NULL OR address IN (SELECT multisig FROM multisig_members WHERE key = $1))
  AND ($2::bigint IS NULL OR (created_slot, address) < ($2, $3::text))
ORDER BY created_slot DESC, address DESC
LIMIT $4::integer

-- name: members_of_multisigs
SELECT multisig, key, can_propose, can_approve, is_guard
FROM multisig_members
WHERE multisig = ANY ($1::text[])
ORDER BY multisig, position
