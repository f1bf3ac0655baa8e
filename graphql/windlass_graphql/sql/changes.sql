-- name: newest_vault_slot
SELECT coalesce(max(updated_slot), 0) AS slot FROM vaults

-- name: vaults_changed_since
-- What changed while nobody listened; the slot itself is included, for it may not have been read to its end.
SELECT 'vault' AS kind, v.address AS key, v.owner, v.updated_slot AS slot, coalesce(s.seq, 0) AS seq
FROM vaults v
LEFT JOIN streams s ON s.stream = v.address
WHERE v.updated_slot >= $1::bigint
ORDER BY slot, seq
