-- What only time does is derived here, from the newest chain time any followed program was seen at.
-- A proposal that is executed is so at base_version + 1, which makes its upgrade one index lookup.

-- fragment: proposal
SELECT
    p.address,
    p.multisig AS multisig_address,
    p.program AS program_address,
    p.id,
    p.kind::text AS kind,
    p.status::text AS status,
    CASE
        WHEN p.status NOT IN ('proposed', 'approved') THEN p.status::text
        -- A config has no program.
        WHEN p.base_version <> g.version OR g.released OR p.config_seq <> m.config_seq THEN 'stale'
        WHEN p.status = 'proposed' AND chain.time >= t.voting_ends_at THEN 'expired'
        WHEN p.status = 'proposed' THEN 'proposed'
        WHEN chain.time >= t.grace_ends_at THEN 'expired'
        WHEN chain.time >= clock.eta AND (p.kind = 'rollback' OR m.paused_until IS NULL OR chain.time >= m.paused_until)
            THEN 'ready'
        ELSE 'approved'
    END AS state,
    p.proposer,
    p.payer,
    p.buffer,
    p.buffer_len AS buffer_length,
    p.verified_len AS verified_length,
    p.code_digest,
    p.digest,
    p.slot_hash,
    p.base_version,
    p.no_rollback,
    p.config_seq,
    CASE p.kind WHEN 'rollback' THEN m.emergency_threshold ELSE m.threshold END AS threshold,
    m.cancel_threshold,
    (SELECT count(*) FILTER (WHERE a.vote = 'approve') - count(*) FILTER (WHERE a.vote = 'revoke')
     FROM approval_history a WHERE a.proposal = p.address) AS approval_count,
    t.voting_ends_at,
    t.approved_at,
    clock.eta,
    t.grace_ends_at,
    chain.time AS chain_time,
    p.created_at,
    p.created_slot,
    p.created_signature,
    p.closed_at,
    p.closed_signature,
    p.updated_slot,
    p.updated_seq,
    h.version AS executed_version,
    h.executor,
    h.executed_at,
    h.slot AS executed_slot,
    h.signature AS executed_signature,
    p.updated_slot <= chain.finalized_slot AS is_final
FROM upgrade_proposals p
JOIN timelocks t ON t.proposal = p.address
JOIN multisigs m ON m.address = p.multisig
LEFT JOIN programs g ON g.multisig = p.multisig AND g.program = p.program
LEFT JOIN upgrade_history h
    ON h.multisig = p.multisig AND h.program = p.program AND h.version = p.base_version + 1 AND h.proposal = p.address
CROSS JOIN (SELECT max(chain_time) AS time, coalesce(max(finalized_slot), 0) AS finalized_slot FROM cursors) chain
-- Each second of pause since the approval moves eta by one, but for a rollback; the end of grace stays.
CROSS JOIN LATERAL (
    SELECT CASE WHEN p.kind = 'rollback' THEN t.eta ELSE t.eta + make_interval(secs => greatest(0,
        m.accumulated_pause - t.pause_mark
        + coalesce(extract(epoch FROM least(chain.time, m.paused_until) - m.pause_started_at), 0)
    )::double precision) END AS eta
) clock

-- name: proposals_by_address
SELECT * FROM {proposal} AS proposal WHERE address = ANY ($1::text[])

-- name: proposal_by_id
SELECT * FROM {proposal} AS proposal WHERE multisig_address = $1::text AND id = $2::bigint

-- The order is total and its keys never change, so a page holds what it held while newer rows arrive.
-- name: proposals_page
SELECT * FROM {proposal} AS proposal
WHERE ($1::text IS NULL OR multisig_address = $1)
  AND ($2::text IS NULL OR program_address = $2)
  AND ($3::text IS NULL OR proposer = $3)
  AND ($4::text[] IS NULL OR state = ANY ($4))
  AND ($5::bigint IS NULL OR (created_slot, address) < ($5, $6::text))
ORDER BY created_slot DESC, address DESC
LIMIT $7::integer

-- name: proposals_of_multisigs
SELECT page.* FROM unnest($1::text[]) AS parent (multisig)
CROSS JOIN LATERAL (
    SELECT * FROM {proposal} AS proposal
    WHERE multisig_address = parent.multisig
      AND ($2::text[] IS NULL OR state = ANY ($2))
      AND ($3::bigint IS NULL OR (created_slot, address) < ($3, $4::text))
    ORDER BY created_slot DESC, address DESC
    LIMIT $5::integer
) AS page

-- name: proposals_of_programs
SELECT page.* FROM unnest($1::text[], $2::text[]) AS parent (multisig, program)
CROSS JOIN LATERAL (
    SELECT * FROM {proposal} AS proposal
    WHERE multisig_address = parent.multisig
      AND program_address = parent.program
      AND ($3::text[] IS NULL OR state = ANY ($3))
      AND ($4::bigint IS NULL OR (created_slot, address) < ($4, $5::text))
    ORDER BY created_slot DESC, address DESC
    LIMIT $6::integer
) AS page

-- name: votes_of_proposals
-- An approval that was taken back later is none.
SELECT proposal, vote::text AS vote, member, at, slot, signature
FROM approval_history AS cast_vote
WHERE proposal = ANY ($1::text[])
  AND NOT (vote = 'approve' AND EXISTS (
      SELECT FROM approval_history AS later
      WHERE later.proposal = cast_vote.proposal AND later.member = cast_vote.member
        AND later.vote = 'revoke' AND later.seq > cast_vote.seq
  ))
ORDER BY proposal, seq
