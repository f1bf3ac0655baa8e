-- As before, and several times as fast: hours and days are summed up from minutes, not from events once more.
CREATE OR REPLACE FUNCTION tvl_changes(vaults text[], first_seqs bigint[], last_seqs bigint[])
RETURNS TABLE (mint pubkey, period balance_period, at timestamptz, slot bigint, events bigint, vaults bigint,
               deposits bigint, withdrawals bigint, deposited numeric, withdrawn numeric, total_change numeric,
               locked_change numeric)
LANGUAGE sql STABLE AS $$
    WITH folded AS (
        SELECT * FROM unnest($1, $2, $3) AS folded (vault, first, last)
    ), moved AS (
        SELECT vault, first, seq, kind, amount, known.at, known.slot,
               total_balance - coalesce(lag(total_balance) OVER history, 0) AS total_change,
               locked_balance - coalesce(lag(locked_balance) OVER history, 0) AS locked_change
        FROM folded CROSS JOIN LATERAL (
            (SELECT seq, kind, amount, move.at, move.slot, total_balance, locked_balance
             FROM vault_transactions AS move WHERE vault = folded.vault AND seq BETWEEN first AND last)
            UNION ALL
            (SELECT seq, kind, amount, move.at, move.slot, total_balance, locked_balance
             FROM vault_transactions AS move WHERE vault = folded.vault AND seq < first ORDER BY seq DESC LIMIT 1)
        ) AS known
        WINDOW history AS (PARTITION BY vault ORDER BY seq)
    ), change AS (
        SELECT held.mint, moved.at, moved.slot, moved.kind, moved.amount, moved.total_change, moved.locked_change
        FROM moved JOIN vaults AS held ON held.address = moved.vault WHERE moved.seq >= moved.first
        UNION ALL
        SELECT held.mint, held.created_at, held.created_slot, NULL, 0, 0, 0
        FROM folded JOIN vaults AS held ON held.address = folded.vault WHERE folded.first = 1
    ), minutes AS (
        SELECT change.mint, date_trunc('minute', change.at, 'UTC') AS at, max(change.slot) AS slot, count(*) AS events,
               count(*) FILTER (WHERE kind IS NULL) AS vaults, count(*) FILTER (WHERE kind = 'deposit') AS deposits,
               count(*) FILTER (WHERE kind = 'withdraw') AS withdrawals,
               coalesce(sum(amount) FILTER (WHERE kind = 'deposit'), 0) AS deposited,
               coalesce(sum(amount) FILTER (WHERE kind = 'withdraw'), 0) AS withdrawn,
               sum(change.total_change) AS total_change, sum(change.locked_change) AS locked_change
        FROM change GROUP BY 1, 2
    )
    SELECT m.mint, kept.period, date_trunc(kept.period::text, m.at, 'UTC'), max(m.slot), sum(m.events)::bigint,
           sum(m.vaults)::bigint, sum(m.deposits)::bigint, sum(m.withdrawals)::bigint, sum(m.deposited), sum(m.withdrawn),
           sum(m.total_change), sum(m.locked_change)
    FROM minutes AS m CROSS JOIN (VALUES ('minute'::balance_period), ('hour'), ('day')) AS kept (period)
    GROUP BY 1, 2, 3
$$;
