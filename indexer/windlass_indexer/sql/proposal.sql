-- A config is about no program: its events name the default key.

-- name: upgrade_proposed
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, data->>'program' AS program,
           data->>'proposal' AS proposal
    FROM events WHERE id = ANY($1::bigint[])
), proposed AS (
    INSERT INTO upgrade_proposals
        (address, multisig, program, id, kind, status, proposer, payer, buffer, buffer_len, verified_len,
         code_digest, base_version, no_rollback, config_seq, slot_hash, digest, created_at, created_slot,
         created_signature, updated_slot, updated_seq)
    SELECT proposal, multisig, program, (data->>'id')::bigint, lower(data->>'kind')::proposal_kind, 'proposed',
           data->>'proposer', data->>'payer', data->>'buffer', (data->>'buffer_len')::bigint, 0,
           decode(data->>'code_digest', 'hex'), (data->>'base_version')::bigint, (data->>'no_rollback')::boolean,
           (data->>'config_seq')::bigint, decode(data->>'slot_hash', 'hex'), decode(data->>'digest', 'hex'),
           to_timestamp((data->'header'->>'unix_timestamp')::bigint), slot, signature, slot, seq
    FROM event
), clocks AS (
    INSERT INTO timelocks (proposal, voting_ends_at)
    SELECT proposal, to_timestamp((data->>'expires_at')::bigint) FROM event
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event

-- name: buffer_verified
WITH event AS (
    SELECT DISTINCT ON (data->>'proposal')
           slot, seq, data, data->>'multisig' AS multisig, data->>'program' AS program,
           data->>'proposal' AS proposal
    FROM events WHERE id = ANY($1::bigint[])
    ORDER BY data->>'proposal', seq DESC
), verified AS (
    UPDATE upgrade_proposals
    SET verified_len = (data->>'verified_len')::bigint, updated_slot = event.slot, updated_seq = event.seq
    FROM event WHERE address = proposal
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event

-- name: upgrade_approved
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, nullif(data->>'program', repeat('1', 32)) AS program,
           data->>'proposal' AS proposal, to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), votes AS (
    INSERT INTO approval_history (proposal, seq, member, vote, at, slot, signature)
    SELECT proposal, seq, data->>'member', 'approve', at, slot, signature FROM event
), latest AS (
    SELECT DISTINCT ON (proposal) * FROM event ORDER BY proposal, seq DESC
), approved AS (
    UPDATE upgrade_proposals
    SET status = lower(data->>'status')::proposal_status, updated_slot = latest.slot, updated_seq = latest.seq
    FROM latest WHERE address = proposal
), crossing AS (
    -- The approval that crosses the threshold sets the clocks; those after it leave them as they are.
    SELECT DISTINCT ON (proposal) * FROM event WHERE data->>'status' = 'Approved' ORDER BY proposal, seq
), clocks AS (
    UPDATE timelocks
    SET approved_at = at, eta = to_timestamp((data->>'eta')::bigint),
        grace_ends_at = to_timestamp((data->>'expires_at')::bigint),
        -- The pauses until then: all events before this one are folded.
        pause_mark = accumulated_pause
            + coalesce(extract(epoch FROM least(at, paused_until) - pause_started_at)::bigint, 0)
    FROM crossing JOIN multisigs ON multisigs.address = crossing.multisig
    WHERE timelocks.proposal = crossing.proposal AND approved_at IS NULL
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM latest

-- name: cancel_voted
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, nullif(data->>'program', repeat('1', 32)) AS program,
           data->>'proposal' AS proposal, to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), votes AS (
    INSERT INTO approval_history (proposal, seq, member, vote, at, slot, signature)
    SELECT proposal, seq, data->>'member', 'cancel', at, slot, signature FROM event
), latest AS (
    SELECT DISTINCT ON (proposal) * FROM event ORDER BY proposal, seq DESC
), touched AS (
    UPDATE upgrade_proposals SET updated_slot = latest.slot, updated_seq = latest.seq
    FROM latest WHERE address = proposal
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM latest

-- name: upgrade_cancelled
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, nullif(data->>'program', repeat('1', 32)) AS program,
           data->>'proposal' AS proposal, to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), votes AS (
    -- A proposer who withdraws casts no vote.
    INSERT INTO approval_history (proposal, seq, member, vote, at, slot, signature)
    SELECT proposal, seq, data->>'member', 'cancel', at, slot, signature
    FROM event WHERE NOT (data->>'withdrawn')::boolean
), cancelled AS (
    UPDATE upgrade_proposals
    SET status = 'cancelled', closed_at = at, closed_signature = event.signature, updated_slot = event.slot,
        updated_seq = event.seq
    FROM event WHERE address = proposal
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event

-- name: upgrade_executed
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, nullif(data->>'program', repeat('1', 32)) AS program,
           data->>'proposal' AS proposal, to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), executed AS (
    UPDATE upgrade_proposals
    SET status = 'executed', closed_at = at, closed_signature = event.signature, updated_slot = event.slot,
        updated_seq = event.seq
    FROM event WHERE address = proposal
), history AS (
    INSERT INTO upgrade_history
        (multisig, program, version, proposal, code_digest, executor, executed_at, slot, signature)
    SELECT multisig, program, (data->>'version')::bigint, proposal, decode(data->>'code_digest', 'hex'),
           data->>'executor', at, slot, signature
    FROM event
), latest AS (
    SELECT DISTINCT ON (multisig, program) * FROM event ORDER BY multisig, program, seq DESC
), upgraded AS (
    UPDATE programs
    SET version = (data->>'version')::bigint, code_digest = decode(data->>'code_digest', 'hex'), last_upgrade_at = at
    FROM latest WHERE (programs.multisig, programs.program) = (latest.multisig, latest.program)
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event
UNION ALL
SELECT 'program', program, multisig, program, NULL, slot, seq FROM latest

-- name: approval_revoked
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, nullif(data->>'program', repeat('1', 32)) AS program,
           data->>'proposal' AS proposal, to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), votes AS (
    INSERT INTO approval_history (proposal, seq, member, vote, at, slot, signature)
    SELECT proposal, seq, data->>'member', 'revoke', at, slot, signature FROM event
), latest AS (
    SELECT DISTINCT ON (proposal) * FROM event ORDER BY proposal, seq DESC
), revoked AS (
    UPDATE upgrade_proposals
    SET status = lower(data->>'status')::proposal_status, updated_slot = latest.slot, updated_seq = latest.seq
    FROM latest WHERE address = proposal
), clocks AS (
    -- Below the threshold the timelock is void: the next crossing sets the clocks anew.
    UPDATE timelocks
    SET voting_ends_at = to_timestamp((data->>'expires_at')::bigint), approved_at = NULL, eta = NULL,
        grace_ends_at = NULL, pause_mark = 0
    FROM latest WHERE timelocks.proposal = latest.proposal AND data->>'status' = 'Proposed'
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM latest

-- name: proposal_expired
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, nullif(data->>'program', repeat('1', 32)) AS program,
           data->>'proposal' AS proposal, to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), expired AS (
    UPDATE upgrade_proposals
    SET status = lower(data->>'status')::proposal_status, closed_at = at, closed_signature = event.signature,
        updated_slot = event.slot, updated_seq = event.seq
    FROM event WHERE address = proposal
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event

-- name: upgrade_rolled_back
-- The rollback is executed by this; the upgrade that it is about is rolled back, and its copy used.
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, data->>'program' AS program,
           to_timestamp((data->'header'->>'unix_timestamp')::bigint) AS at
    FROM events WHERE id = ANY($1::bigint[])
), both_proposals AS (
    SELECT event.*, data->>'proposal' AS proposal, true AS executed FROM event
    UNION ALL
    SELECT event.*, data->>'upgrade_proposal', false FROM event
), proposals AS (
    UPDATE upgrade_proposals
    SET status = CASE WHEN executed THEN 'executed' ELSE 'rolled_back' END::proposal_status,
        closed_at = CASE WHEN executed THEN at ELSE closed_at END,
        closed_signature = CASE WHEN executed THEN both_proposals.signature ELSE closed_signature END,
        rollback_buffer = NULL, updated_slot = both_proposals.slot, updated_seq = both_proposals.seq
    FROM both_proposals WHERE address = proposal
), latest AS (
    SELECT DISTINCT ON (multisig, program) * FROM event ORDER BY multisig, program, seq DESC
), program AS (
    UPDATE programs
    SET version = (data->>'version')::bigint,
        code_digest = nullif(decode(data->>'code_digest', 'hex'), decode(repeat('00', 32), 'hex'))
    FROM latest WHERE (programs.multisig, programs.program) = (latest.multisig, latest.program)
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM both_proposals
UNION ALL
SELECT 'program', program, multisig, program, NULL, slot, seq FROM latest

-- name: config_proposed
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, data->>'program' AS program,
           data->>'proposal' AS proposal
    FROM events WHERE id = ANY($1::bigint[])
), proposed AS (
    INSERT INTO upgrade_proposals
        (address, multisig, program, id, kind, status, proposer, payer, config_seq, slot_hash, digest, created_at,
         created_slot, created_signature, updated_slot, updated_seq, new_config)
    SELECT proposal, multisig, NULL, (data->>'id')::bigint, lower(data->>'kind')::proposal_kind, 'proposed',
           data->>'proposer', data->>'payer', (data->>'config_seq')::bigint, decode(data->>'slot_hash', 'hex'),
           decode(data->>'digest', 'hex'), to_timestamp((data->'header'->>'unix_timestamp')::bigint), slot, signature,
           slot, seq,
           data->'config'
    FROM event
), clocks AS (
    INSERT INTO timelocks (proposal, voting_ends_at)
    SELECT proposal, to_timestamp((data->>'expires_at')::bigint) FROM event
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event

-- name: rollback_proposed
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, data->>'program' AS program,
           data->>'proposal' AS proposal
    FROM events WHERE id = ANY($1::bigint[])
), proposed AS (
    INSERT INTO upgrade_proposals
        (address, multisig, program, id, kind, status, proposer, payer, config_seq, slot_hash, digest, created_at,
         created_slot, created_signature, updated_slot, updated_seq, rolls_back, buffer, buffer_len,
         code_digest, base_version)
    SELECT proposal, multisig, program, (data->>'id')::bigint, lower(data->>'kind')::proposal_kind, 'proposed',
           data->>'proposer', data->>'payer', (data->>'config_seq')::bigint, decode(data->>'slot_hash', 'hex'),
           decode(data->>'digest', 'hex'), to_timestamp((data->'header'->>'unix_timestamp')::bigint), slot, signature,
           slot, seq,
           data->>'upgrade_proposal', data->>'buffer', (data->>'buffer_len')::bigint, decode(data->>'code_digest', 'hex'),
           (data->>'base_version')::bigint
    FROM event
), clocks AS (
    INSERT INTO timelocks (proposal, voting_ends_at)
    SELECT proposal, to_timestamp((data->>'expires_at')::bigint) FROM event
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event

-- name: transfer_proposed
WITH event AS (
    SELECT slot, seq, signature, data, data->>'multisig' AS multisig, data->>'program' AS program,
           data->>'proposal' AS proposal
    FROM events WHERE id = ANY($1::bigint[])
), proposed AS (
    INSERT INTO upgrade_proposals
        (address, multisig, program, id, kind, status, proposer, payer, config_seq, slot_hash, digest, created_at,
         created_slot, created_signature, updated_slot, updated_seq, new_authority,
         base_version)
    SELECT proposal, multisig, program, (data->>'id')::bigint, lower(data->>'kind')::proposal_kind, 'proposed',
           data->>'proposer', data->>'payer', (data->>'config_seq')::bigint, decode(data->>'slot_hash', 'hex'),
           decode(data->>'digest', 'hex'), to_timestamp((data->'header'->>'unix_timestamp')::bigint), slot, signature,
           slot, seq,
           data->>'new_authority', (data->>'base_version')::bigint
    FROM event
), clocks AS (
    INSERT INTO timelocks (proposal, voting_ends_at)
    SELECT proposal, to_timestamp((data->>'expires_at')::bigint) FROM event
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event

-- name: buffer_reclaimed
WITH event AS (
    SELECT slot, seq, data, data->>'multisig' AS multisig, data->>'program' AS program, data->>'proposal' AS proposal
    FROM events WHERE id = ANY($1::bigint[])
), changed AS (
    UPDATE upgrade_proposals SET buffer_reclaimed = true, updated_slot = event.slot, updated_seq = event.seq
    FROM event WHERE address = proposal
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event

-- name: rollback_buffer_moved
-- Kept or retired; the last one counts.
WITH event AS (
    SELECT DISTINCT ON (data->>'proposal')
           slot, seq, data, name, data->>'multisig' AS multisig, data->>'program' AS program,
           data->>'proposal' AS proposal
    FROM events WHERE id = ANY($1::bigint[])
    ORDER BY data->>'proposal', seq DESC
), moved AS (
    UPDATE upgrade_proposals
    SET rollback_buffer = CASE name WHEN 'RollbackBufferKept' THEN data->>'buffer' END, updated_slot = event.slot,
        updated_seq = event.seq
    FROM event WHERE address = proposal
)
SELECT 'proposal' AS kind, proposal AS key, multisig, program, NULL AS owner, slot, seq FROM event
