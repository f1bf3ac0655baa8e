-- What every event of governance leaves beside its own fold. Run in this order, after the folds of the same events; each
-- takes their ids, of any number of streams and in each without a gap.

-- name: record
INSERT INTO audit_log (stream, seq, action, actor, multisig, program, proposal, detail, at, slot, signature)
SELECT stream, seq, name,
       coalesce(data->>'executor', data->>'member', data->>'proposer', data->>'guard', data->>'by',
                CASE name WHEN 'MultisigInitialized' THEN data->>'create_key'
                          WHEN 'ProgramRegistered' THEN data->>'previous_authority'
                          WHEN 'RollbackBufferKept' THEN data->>'payer'
                          WHEN 'AuthorityInitialized' THEN data->>'admin'
                          WHEN 'AdminChanged' THEN data->>'from' END),
       data->>'multisig', nullif(data->>'program', repeat('1', 32)), data->>'proposal',
       data - '{header,multisig,program,proposal}'::text[],
       to_timestamp((data->'header'->>'unix_timestamp')::bigint), slot, signature
FROM events WHERE id = ANY($1::bigint[])

-- name: begin_countdowns
INSERT INTO countdowns (stream, seq, proposal, program, kind, began_at, eta, ends_at, slot, signature)
SELECT stream, seq, data->>'proposal', nullif(data->>'program', repeat('1', 32)),
       lower(data->>'kind')::proposal_kind, to_timestamp((data->'header'->>'unix_timestamp')::bigint),
       CASE name WHEN 'UpgradeApproved' THEN to_timestamp((data->>'eta')::bigint) END,
       to_timestamp((data->>'expires_at')::bigint), slot, signature
FROM events
WHERE id = ANY($1::bigint[])
  AND (name IN ('UpgradeProposed', 'ConfigProposed', 'RollbackProposed', 'TransferProposed')
       -- The approval that crosses the threshold, and the revocation that falls below it again.
       OR name = 'UpgradeApproved' AND (data->>'approvals')::int = (data->>'threshold')::int
       OR name = 'ApprovalRevoked' AND (data->>'approvals')::int = (data->>'threshold')::int - 1)

-- name: end_countdowns
WITH ending AS (
    SELECT stream, seq, to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at, data->>'proposal' AS proposal,
           -- Another version of the program, or another config, makes proposals stale that were made before it.
           CASE WHEN name IN ('UpgradeExecuted', 'UpgradeRolledBack', 'AuthorityTransferred') THEN data->>'program' END
               AS program,
           name = 'ConfigChanged' AS of_all
    FROM events
    WHERE id = ANY($1::bigint[])
      AND (name IN ('UpgradeExecuted', 'UpgradeRolledBack', 'AuthorityTransferred', 'ConfigChanged', 'UpgradeCancelled',
                    'ProposalExpired')
           OR name = 'UpgradeApproved' AND (data->>'approvals')::int = (data->>'threshold')::int
           OR name = 'ApprovalRevoked' AND (data->>'approvals')::int = (data->>'threshold')::int - 1)
), ended AS (
    SELECT DISTINCT ON (countdowns.stream, countdowns.seq) countdowns.stream, countdowns.seq, ending.seq AS by, ending.at
    FROM countdowns JOIN ending ON ending.stream = countdowns.stream AND ending.seq > countdowns.seq
        AND (of_all OR ending.proposal = countdowns.proposal OR ending.program = countdowns.program)
    WHERE countdowns.ended_at IS NULL
    ORDER BY countdowns.stream, countdowns.seq, ending.seq
)
UPDATE countdowns SET ended_seq = ended.by, ended_at = ended.at
FROM ended WHERE (countdowns.stream, countdowns.seq) = (ended.stream, ended.seq)

-- name: begin_pauses
INSERT INTO pauses (stream, seq, started_at, until, slot, signature)
SELECT stream, seq, to_timestamp((data->'header'->>'unix_timestamp')::bigint), to_timestamp((data->>'until')::bigint),
       slot, signature
FROM events WHERE id = ANY($1::bigint[]) AND name = 'SystemPaused'

-- name: end_pauses
WITH ended AS (
    SELECT DISTINCT ON (pauses.stream, pauses.seq) pauses.stream, pauses.seq, ending.seq AS by,
           to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM pauses JOIN events AS ending ON ending.stream = pauses.stream AND ending.seq > pauses.seq
    WHERE pauses.ended_at IS NULL AND ending.id = ANY($1::bigint[]) AND ending.name IN ('SystemPaused', 'SystemResumed')
    ORDER BY pauses.stream, pauses.seq, ending.seq
)
UPDATE pauses SET ended_seq = ended.by, ended_at = ended.at
FROM ended WHERE (pauses.stream, pauses.seq) = (ended.stream, ended.seq)
