-- fragment: vault
SELECT
    v.address,
    v.owner,
    v.mint,
    v.token_account,
    v.total_balance,
    v.locked_balance,
    v.available_balance,
    v.total_deposited,
    v.total_withdrawn,
    v.created_at,
    v.created_slot,
    v.updated_at,
    v.updated_slot,
    v.updated_slot <= chain.finalized_slot AS is_final
FROM vaults v
CROSS JOIN (SELECT coalesce(max(finalized_slot), 0) AS finalized_slot FROM cursors) chain

-- name: vaults_by_address
SELECT * FROM {vault} AS vault WHERE address = ANY ($1::text[])

-- name: vaults_page
SELECT * FROM {vault} AS vault
WHERE ($1::text IS NULL OR owner = $1)
  AND ($2::text IS NULL OR mint = $2)
  AND ($3::bigint IS NULL OR (created_slot, address) < ($3, $4::text))
ORDER BY created_slot DESC, address DESC
LIMIT $5::integer

-- name: transactions_of_vaults
SELECT page.* FROM unnest($1::text[]) AS parent (vault)
CROSS JOIN LATERAL (
    SELECT t.vault AS vault_address, t.seq, t.kind::text AS kind, t.amount, t.total_balance, t.at, t.slot, t.signature,
           t.slot <= (SELECT coalesce(max(finalized_slot), 0) FROM cursors) AS is_final
    FROM vault_transactions t
    WHERE t.vault = parent.vault
      AND ($2::bigint IS NULL OR (t.seq, t.vault) < ($2, $3::text))
    ORDER BY t.seq DESC
    LIMIT $4::integer
) AS page
