-- A place in a stream as the key that breaks ties: its digits sort as the number does.

-- fragment: audit_entry
SELECT
    e.stream,
    e.seq,
    e.action,
    e.actor,
    e.multisig AS multisig_address,
    e.program AS program_address,
    e.proposal AS proposal_address,
    e.detail,
    e.at,
    e.slot,
    e.signature,
    e.stream || '/' || lpad(e.seq::text, 19, '0') AS page_key,
    CASE WHEN e.slot <= chain.finalized_slot THEN 'finalized' ELSE 'confirmed' END AS commitment
FROM audit_log e
LEFT JOIN (SELECT coalesce(max(finalized_slot), 0) AS finalized_slot FROM cursors) chain ON true

-- fragment: pause
SELECT
    p.stream AS multisig_address,
    p.seq,
    p.started_at,
    p.until,
    p.ended_at,
    p.slot,
    p.signature
FROM pauses p

-- fragment: rollback
SELECT
    e.stream,
    e.seq,
    e.multisig AS multisig_address,
    e.program AS program_address,
    e.proposal AS proposal_address,
    e.detail->>'upgrade_proposal' AS upgrade_address,
    e.actor AS executor,
    e.at,
    e.slot,
    e.signature
FROM audit_log e
WHERE e.action = 'UpgradeRolledBack'

-- fragment: kept_copy
-- The newest event that kept one for the proposal tells of it; one that is retired or used is not there any more.
SELECT
    p.rollback_buffer AS buffer,
    p.address AS proposal_address,
    p.multisig AS multisig_address,
    p.program AS program_address,
    kept.seq,
    kept.detail->>'payer' AS payer,
    (kept.detail->>'len')::bigint AS length,
    decode(kept.detail->>'code_digest', 'hex') AS code_digest,
    (kept.detail->>'version')::bigint AS version,
    kept.at,
    kept.slot,
    kept.signature
FROM upgrade_proposals p
CROSS JOIN LATERAL (
    SELECT * FROM audit_log e
    WHERE e.proposal = p.address AND e.action = 'RollbackBufferKept'
    ORDER BY e.seq DESC LIMIT 1
) kept
WHERE p.rollback_buffer IS NOT NULL

-- fragment: activity
SELECT program, minute, successes, failures
FROM program_activity

-- fragment: alert
SELECT
    a.id,
    a.kind::text AS kind,
    a.stream,
    a.seq,
    a.slot,
    a.signature,
    a.multisig AS multisig_address,
    a.program AS program_address,
    a.proposal AS proposal_address,
    a.at,
    a.data,
    a.raised_at,
    a.withdrawn_at,
    a.ended_at,
    -- As an entry of the feed: whatever happens to an alert gives it a new number.
    a.change,
    a.id::text AS key,
    a.kind::text AS topic
FROM alerts a
