-- What only time does is derived here, from the newest chain time any followed program was seen at.
-- A proposal that is executed is so at base_version + 1, which makes its upgrade one index lookup.

-- All joins find one row at most and are outer ones, so the planner leaves out those whose columns nobody asks for.
-- fragment: proposal
SELECT
    p.address,
    p.multisig AS multisig_address,
    p.program AS program_address,
    p.id,
    p.kind::text AS kind,
    p.status::text AS status,
    now.state,
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
    p.rollback_buffer,
    p.buffer_reclaimed,
    p.new_authority,
    p.new_config,
    p.rolls_back AS rolls_back_address,
    p.config_seq,
    CASE p.kind WHEN 'rollback' THEN m.emergency_threshold ELSE m.threshold END AS threshold,
    m.cancel_threshold,
    (SELECT count(*) FILTER (WHERE a.vote = 'approve') - count(*) FILTER (WHERE a.vote = 'revoke')
     FROM approval_history a WHERE a.proposal = p.address) AS approval_count,
    t.voting_ends_at,
    t.approved_at,
    clock.eta,
    t.grace_ends_at,
    CASE now.state
        WHEN 'approved' THEN CASE WHEN chain.time < clock.eta THEN trunc(extract(epoch FROM clock.eta - chain.time))
                                  WHEN chain.time IS NOT NULL THEN 0 END::bigint
        WHEN 'ready' THEN 0
    END AS seconds_remaining,
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
    CASE WHEN p.updated_slot <= chain.finalized_slot THEN 'finalized' ELSE 'confirmed' END AS commitment
FROM upgrade_proposals p
LEFT JOIN timelocks t ON t.proposal = p.address
LEFT JOIN multisigs m ON m.address = p.multisig
LEFT JOIN programs g ON g.multisig = p.multisig AND g.program = p.program
LEFT JOIN upgrade_history h
    ON h.multisig = p.multisig AND h.program = p.program AND h.version = p.base_version + 1 AND h.proposal = p.address
LEFT JOIN (SELECT max(chain_time) AS time, coalesce(max(finalized_slot), 0) AS finalized_slot FROM cursors) chain ON true
-- Each second of pause since the approval moves eta by one, but for a rollback; the end of grace stays.
CROSS JOIN LATERAL (
    SELECT CASE WHEN p.kind = 'rollback' THEN t.eta ELSE t.eta + make_interval(secs => greatest(0,
        m.accumulated_pause - t.pause_mark
        + coalesce(extract(epoch FROM least(chain.time, m.paused_until) - m.pause_started_at), 0)
    )::double precision) END AS eta
) clock
CROSS JOIN LATERAL (
    SELECT CASE
            WHEN p.status NOT IN ('proposed', 'approved') THEN p.status::text
            -- A config has no program.
            WHEN p.base_version <> g.version OR g.released OR p.config_seq <> m.config_seq THEN 'stale'
            WHEN p.status = 'proposed' AND chain.time >= t.voting_ends_at THEN 'expired'
            WHEN p.status = 'proposed' THEN 'proposed'
            WHEN chain.time >= t.grace_ends_at THEN 'expired'
            WHEN chain.time >= clock.eta AND (p.kind = 'rollback' OR m.paused_until IS NULL OR chain.time >= m.paused_until)
                THEN 'ready'
            ELSE 'approved'
        END AS state
) now

-- name: proposals_by_address
SELECT * FROM {proposal} AS proposal WHERE address = ANY ($1::text[])

-- fragment: vote
-- An approval that was taken back later is none.
SELECT cast_vote.proposal, cast_vote.seq, cast_vote.vote, cast_vote.member, cast_vote.at, cast_vote.slot,
       cast_vote.signature
FROM approval_history cast_vote
WHERE NOT (cast_vote.vote = 'approve' AND EXISTS (
    SELECT FROM approval_history AS later
    WHERE later.proposal = cast_vote.proposal AND later.member = cast_vote.member
      AND later.vote = 'revoke' AND later.seq > cast_vote.seq
))
