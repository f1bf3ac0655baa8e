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
    (SELECT seq FROM streams s WHERE s.stream = v.address) AS updated_seq,
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

-- fragment: balance_snapshot
SELECT
    s.vault AS vault_address,
    s.period,
    s.at,
    s.total_balance,
    s.locked_balance,
    s.available_balance,
    s.seq,
    s.slot,
    s.signature,
    CASE WHEN s.slot <= chain.finalized_slot THEN 'finalized' ELSE 'confirmed' END AS commitment
FROM balance_snapshots s
LEFT JOIN (SELECT coalesce(max(finalized_slot), 0) AS finalized_slot FROM cursors) chain ON true

-- fragment: tvl
-- Out of the days: there are no more of them than days.
SELECT
    mint,
    mint AS address,
    sum(vaults)::bigint AS vaults,
    sum(total_change) AS total,
    sum(locked_change) AS locked,
    sum(total_change) - sum(locked_change) AS available,
    sum(deposited) AS deposited,
    sum(withdrawn) AS withdrawn
FROM tvl_stats
WHERE period = 'day'
GROUP BY mint

-- name: tvls_by_address
SELECT * FROM {tvl} AS tvl WHERE address = ANY ($1::text[])

-- fragment: tvl_point
-- What was held at the end of a period: what it changed, and everything before it, out of the days before its day, the
-- hours of its day before its hour, and the minutes of its hour before its own.
SELECT
    s.mint AS mint_address,
    s.period,
    s.at,
    (coalesce(before.vaults, 0) + s.vaults)::bigint AS vaults,
    coalesce(before.total, 0) + s.total_change AS total,
    coalesce(before.locked, 0) + s.locked_change AS locked,
    coalesce(before.total, 0) - coalesce(before.locked, 0) + s.total_change - s.locked_change AS available,
    s.deposits,
    s.withdrawals,
    s.deposited,
    s.withdrawn
FROM tvl_stats s
CROSS JOIN LATERAL (
    SELECT sum(known.vaults) AS vaults, sum(known.total_change) AS total, sum(known.locked_change) AS locked
    FROM (
        SELECT d.vaults, d.total_change, d.locked_change FROM tvl_stats d
        WHERE d.mint = s.mint AND d.period = 'day' AND d.at < date_trunc('day', s.at, 'UTC')
        UNION ALL
        SELECT h.vaults, h.total_change, h.locked_change FROM tvl_stats h
        WHERE h.mint = s.mint AND h.period = 'hour' AND s.period <> 'day'
          AND h.at >= date_trunc('day', s.at, 'UTC') AND h.at < date_trunc('hour', s.at, 'UTC')
        UNION ALL
        SELECT m.vaults, m.total_change, m.locked_change FROM tvl_stats m
        WHERE m.mint = s.mint AND m.period = 'minute' AND s.period = 'minute'
          AND m.at >= date_trunc('hour', s.at, 'UTC') AND m.at < s.at
    ) known
) before

-- fragment: vault_authority
SELECT
    a.authority AS address,
    a.admin,
    a.slot AS updated_slot,
    CASE WHEN a.slot <= chain.finalized_slot THEN 'finalized' ELSE 'confirmed' END AS commitment
FROM vault_authorities a
LEFT JOIN (SELECT coalesce(max(finalized_slot), 0) AS finalized_slot FROM cursors) chain ON true

-- fragment: authorized_program
SELECT
    p.authority AS authority_address,
    p.program,
    p.signer,
    p.authorized_at,
    p.slot,
    p.signature,
    CASE WHEN p.slot <= chain.finalized_slot THEN 'finalized' ELSE 'confirmed' END AS commitment
FROM authorized_programs p
LEFT JOIN (SELECT coalesce(max(finalized_slot), 0) AS finalized_slot FROM cursors) chain ON true

-- fragment: reconciliation
SELECT
    r.id,
    r.began_at,
    r.ended_at,
    r.first_slot,
    r.last_slot,
    r.checked,
    r.moving,
    r.unbacked,
    r.upto IS NULL AS came_to_end,
    -- A number is a place of its own: nothing is left to break ties.
    repeat('1', 32) AS page_key
FROM reconciliations r

-- fragment: reconciliation_sum
SELECT
    reconciliation,
    mint,
    checked,
    unbacked,
    balances,
    tokens,
    missing,
    surplus
FROM reconciliation_sums

-- fragment: unbacked_vault
SELECT
    u.vault AS vault_address,
    u.mint,
    u.token_account,
    u.total_balance,
    u.tokens,
    u.total_balance - coalesce(u.tokens, 0) AS missing,
    u.slot,
    u.since
FROM unbacked_vaults u
