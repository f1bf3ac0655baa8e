-- name: newest_slots
-- The programs are read side by side, so each kind has its own newest slot.
SELECT coalesce((SELECT max(updated_slot) FROM upgrade_proposals), 0) AS proposal,
       coalesce((SELECT max(updated_slot) FROM vaults), 0) AS vault

-- name: changed_since
-- What changed while nobody listened; the slot itself is included, for it may not have been read to its end.
SELECT 'proposal' AS kind, address AS key, multisig, program, NULL AS owner, updated_slot AS slot, updated_seq AS seq
FROM upgrade_proposals
WHERE updated_slot >= $1::bigint
UNION ALL
SELECT 'vault', v.address, NULL, NULL, v.owner, v.updated_slot, coalesce(s.seq, 0)
FROM vaults v
LEFT JOIN streams s ON s.stream = v.address
WHERE v.updated_slot >= $2::bigint
ORDER BY slot, seq
