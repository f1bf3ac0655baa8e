-- name: failing
-- Raises, once for each upgrade, that too many of the program's ($1) transactions fail. Only while the code of that
-- upgrade runs, and only once everything up to it is counted ($2: up to that slot). $3 is the limit in per cent, $4 how
-- many transactions there have to be, $5 how many minutes are looked at, that of the upgrade the first of them.
-- Only what is final is counted, so no fork takes it back.
WITH counted AS (
    SELECT upgrade.multisig, upgrade.proposal, upgrade.signature, upgrade.slot, upgrade.version, upgrade.executed_at,
           activity.failures, activity.transactions, activity.until
    FROM upgrade_history AS upgrade
    JOIN programs USING (multisig, program, version)
    CROSS JOIN LATERAL (
        SELECT sum(failures) AS failures, sum(successes + failures) AS transactions, max(minute) AS until
        FROM program_activity
        WHERE program_activity.program = upgrade.program
          AND minute >= date_trunc('minute', upgrade.executed_at, 'UTC')
          AND minute < date_trunc('minute', upgrade.executed_at, 'UTC') + make_interval(mins => $5)
    ) AS activity
    WHERE upgrade.program = $1 AND upgrade.slot <= $2
      AND activity.transactions >= $4::bigint AND activity.failures * 100 >= activity.transactions * $3::bigint
), changed AS (
    INSERT INTO alerts (kind, stream, seq, slot, signature, multisig, program, proposal, at, data)
    SELECT 'failing_after_upgrade', cause.stream, cause.seq, counted.slot, counted.signature, multisig, $1, proposal,
           greatest(executed_at, until),
           jsonb_build_object('severity', 'high', 'version', version, 'failures', failures, 'transactions', transactions,
                              'limit_per_cent', $3::bigint)
    FROM counted
    JOIN events AS cause
        ON cause.stream = multisig AND cause.name = 'UpgradeExecuted' AND cause.data->>'proposal' = counted.proposal
    ON CONFLICT (stream, seq, kind, proposal) DO NOTHING
    RETURNING id, multisig, program, slot, change
)
SELECT 'alert' AS kind, id::text AS key, multisig, program, NULL AS owner, slot, change AS seq FROM changed
