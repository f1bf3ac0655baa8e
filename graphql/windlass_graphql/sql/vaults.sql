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
    CASE WHEN v.updated_slot <= chain.finalized_slot THEN 'finalized' ELSE 'confirmed' END AS commitment
FROM vaults v
LEFT JOIN (SELECT coalesce(max(finalized_slot), 0) AS finalized_slot FROM cursors) chain ON true

-- name: vaults_by_address
SELECT * FROM {vault} AS vault WHERE address = ANY ($1::text[])

-- fragment: vault_transaction
SELECT
    t.vault AS vault_address,
    t.seq,
    t.kind::text AS kind,
    t.amount,
    t.total_balance,
    t.locked_balance,
    t.program,
    t.counterpart,
    t.at,
    t.slot,
    t.signature,
    CASE WHEN t.slot <= chain.finalized_slot THEN 'finalized' ELSE 'confirmed' END AS commitment
FROM vault_transactions t
LEFT JOIN (SELECT coalesce(max(finalized_slot), 0) AS finalized_slot FROM cursors) chain ON true
