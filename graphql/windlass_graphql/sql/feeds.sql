-- Each feed's newest number, and a page of its entries in the order of their numbers.

-- name: newest
-- Of the entries of the kind, or of those that are not kept any more: who knows that number misses nothing.
SELECT greatest(
    (SELECT max(change) FROM alerts WHERE $1::text = 'alert'),
    (SELECT max(change) FROM changes WHERE kind = $1::text),
    (SELECT upto FROM changes_given_up WHERE kind = $1::text),
    0
) AS change

-- name: alerts_after
SELECT entry.*, NULL::text AS owner, NULL::text[] AS members
FROM {alert} AS entry WHERE change > $1::bigint AND change <= $2::bigint ORDER BY change LIMIT $3::integer

-- name: proposals_after
-- Members as they are now: who has become one hears of it from then on.
SELECT change, key, slot, seq, changes.multisig AS multisig_address, program AS program_address,
       key AS proposal_address, NULL::text AS topic, NULL::text AS owner,
       ARRAY(SELECT m.key::text FROM multisig_members AS m WHERE m.multisig = changes.multisig) AS members
FROM changes
WHERE kind = 'proposal' AND change > $1::bigint AND change <= $2::bigint ORDER BY change LIMIT $3::integer

-- name: migrations_after
SELECT change, key, slot, seq, multisig AS multisig_address, program AS program_address,
       NULL::text AS proposal_address, NULL::text AS topic, NULL::text AS owner, NULL::text[] AS members
FROM changes
WHERE kind = 'migration' AND change > $1::bigint AND change <= $2::bigint ORDER BY change LIMIT $3::integer

-- name: vaults_after
SELECT change, key, slot, seq, owner, NULL::text AS multisig_address, NULL::text AS program_address,
       NULL::text AS proposal_address, NULL::text AS topic, NULL::text[] AS members
FROM changes
WHERE kind = 'vault' AND change > $1::bigint AND change <= $2::bigint ORDER BY change LIMIT $3::integer

-- name: tvls_after
SELECT change, key, slot, seq, NULL::text AS owner, NULL::text AS multisig_address, NULL::text AS program_address,
       NULL::text AS proposal_address, NULL::text AS topic, NULL::text[] AS members
FROM changes
WHERE kind = 'tvl' AND change > $1::bigint AND change <= $2::bigint ORDER BY change LIMIT $3::integer

-- name: given_up
-- The number up to which changes of the kind are not kept any more; 0 is none. Alerts are kept for good.
SELECT coalesce((SELECT upto FROM changes_given_up WHERE kind = $1::text), 0) AS upto

-- fragment: cursors
-- As `newest` has them.
SELECT 'alerts:' || (SELECT coalesce(max(change), 0) FROM alerts) AS alerts,
       'proposals:' || greatest((SELECT max(change) FROM changes WHERE kind = 'proposal'),
           (SELECT upto FROM changes_given_up WHERE kind = 'proposal'), 0) AS proposals,
       'migrations:' || greatest((SELECT max(change) FROM changes WHERE kind = 'migration'),
           (SELECT upto FROM changes_given_up WHERE kind = 'migration'), 0) AS migrations,
       'vaults:' || greatest((SELECT max(change) FROM changes WHERE kind = 'vault'),
           (SELECT upto FROM changes_given_up WHERE kind = 'vault'), 0) AS vaults,
       'tvls:' || greatest((SELECT max(change) FROM changes WHERE kind = 'tvl'),
           (SELECT upto FROM changes_given_up WHERE kind = 'tvl'), 0) AS tvls
