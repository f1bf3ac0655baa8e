-- What people want to be told of. An alert is raised once for its cause, and withdrawn where a fork took the cause back.

CREATE TYPE alert_kind AS ENUM (
    'proposal_created', 'threshold_reached', 'timelock_half', 'timelock_hour_left', 'ready', 'expiring', 'expired',
    'executed', 'cancelled', 'rolled_back', 'paused', 'pause_over', 'resumed', 'config_lowering_proposed',
    'config_lowered', 'migration_stuck'
);

-- Counts what happens to alerts. Numbers are drawn under a lock that is held until the commit, so that whoever has seen
-- one has seen all before it: a reader that resumes after a number misses nothing.
CREATE SEQUENCE alert_changes;

CREATE TABLE alerts (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind                 alert_kind NOT NULL,
    -- The cause: the event, or the one that began the countdown, the pause or the standstill.
    stream               pubkey NOT NULL,
    seq                  bigint NOT NULL,
    slot                 bigint NOT NULL,
    signature            tx_signature,             -- null where a migration stands still that never moved
    multisig             pubkey,
    program              pubkey,
    proposal             pubkey,
    at                   timestamptz NOT NULL,     -- when it became so, by the chain's clock
    data                 jsonb NOT NULL,
    raised_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    withdrawn_at         timestamptz,              -- its cause is no more
    -- Of the newest thing that happened to it: raised, withdrawn, raised again, or moved to another slot.
    change               bigint NOT NULL UNIQUE DEFAULT nextval('alert_changes'),
    UNIQUE NULLS NOT DISTINCT (stream, seq, kind, proposal)
);
CREATE INDEX alerts_stream ON alerts (stream, at);
CREATE INDEX alerts_multisig ON alerts (multisig, change);
CREATE INDEX alerts_proposal ON alerts (proposal, change);

-- What a config has less of than another one: an array of {"what", "from", "to"}, null where there is nothing.
-- Both are as the program's MultisigParams; role bits: PROPOSE 1, APPROVE 2, GUARD 4.
CREATE FUNCTION config_lowered(old jsonb, new jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_agg(jsonb_build_object('what', what, 'from', was, 'to', becomes) ORDER BY what)
    FROM (
        SELECT what, (old->>what)::bigint AS was, (new->>what)::bigint AS becomes
        FROM unnest(ARRAY['threshold', 'cancel_threshold', 'emergency_threshold', 'timelock', 'rollback_delay',
                          'grace_period', 'voting_period']) AS what
        UNION ALL
        SELECT what,
               (SELECT count(*) FROM jsonb_array_elements(old->'members') AS m WHERE (m->>'roles')::int & bit <> 0),
               (SELECT count(*) FROM jsonb_array_elements(new->'members') AS m WHERE (m->>'roles')::int & bit <> 0)
        FROM (VALUES ('proposers', 1), ('approvers', 2), ('guards', 4)) AS role (what, bit)
    ) AS compared
    WHERE becomes < was
$$;

-- The alerts that events are the causes of.
CREATE VIEW alert_causes AS
SELECT cause.kind, event.stream, event.seq, event.slot, event.signature, event.data->>'multisig' AS multisig,
       -- Of a config, which is about no program, the default key.
       nullif(event.data->>'program', repeat('1', 32)) AS program, event.data->>'proposal' AS proposal,
       to_timestamp((event.data->'header'->>'unix_timestamp')::bigint) AS at,
       coalesce(cause.data, event.data - '{header,multisig,program,proposal,plan}'::text[]) AS data,
       event.id AS event
FROM events AS event
CROSS JOIN LATERAL (
    SELECT CASE event.name
               WHEN 'UpgradeProposed' THEN 'proposal_created'
               WHEN 'ConfigProposed' THEN 'proposal_created'
               WHEN 'RollbackProposed' THEN 'proposal_created'
               WHEN 'TransferProposed' THEN 'proposal_created'
               -- Approvals are counted one by one: this one is the crossing, those after it change nothing.
               WHEN 'UpgradeApproved'
                   THEN CASE WHEN event.data->'approvals' = event.data->'threshold' THEN 'threshold_reached' END
               WHEN 'UpgradeExecuted' THEN 'executed'
               WHEN 'ConfigChanged' THEN 'executed'
               WHEN 'AuthorityTransferred' THEN 'executed'
               WHEN 'UpgradeCancelled' THEN 'cancelled'
               WHEN 'UpgradeRolledBack' THEN 'rolled_back'
               WHEN 'SystemPaused' THEN 'paused'
               WHEN 'SystemResumed' THEN 'resumed'
           END::alert_kind AS kind,
           NULL::jsonb AS data
    UNION ALL
    SELECT CASE event.name WHEN 'ConfigProposed' THEN 'config_lowering_proposed' ELSE 'config_lowered' END::alert_kind,
           jsonb_build_object('lowered', lowered)
    FROM config_lowered(
        CASE event.name
            WHEN 'ConfigChanged' THEN event.data->'old'
            WHEN 'ConfigProposed' THEN (
                -- The one in force.
                SELECT coalesce(before.data->'new', before.data) FROM events AS before
                WHERE before.stream = event.stream AND before.seq < event.seq
                  AND before.name IN ('MultisigInitialized', 'ConfigChanged')
                ORDER BY before.seq DESC LIMIT 1
            )
        END,
        coalesce(event.data->'new', event.data->'config')
    ) AS lowered
    WHERE event.name IN ('ConfigProposed', 'ConfigChanged') AND lowered IS NOT NULL
) AS cause
WHERE event.stream IS NOT NULL AND cause.kind IS NOT NULL;

-- The alerts that time brings: when each is due, by the chain's clock, as far as pauses are known. It comes about unless
-- `ended_at` is before that. Durations are made of seconds: a day is not always 24 hours to PostgreSQL.
CREATE VIEW alert_moments AS
SELECT moment.kind::alert_kind AS kind, countdown.stream, countdown.seq, countdown.slot, countdown.signature,
       countdown.stream AS multisig, countdown.program, countdown.proposal, moment.base + coalesce(pause.length, '0') AS at,
       jsonb_strip_nulls(jsonb_build_object('kind', countdown.kind, 'ends_at', countdown.ends_at)) AS data,
       countdown.ended_at
FROM countdowns AS countdown
CROSS JOIN LATERAL (
    VALUES ('timelock_half',
            began_at + make_interval(secs => extract(epoch FROM eta - began_at)::bigint / 2), kind <> 'rollback'),
           ('timelock_hour_left', CASE WHEN eta - began_at > '1 hour' THEN eta - interval '1 hour' END, kind <> 'rollback'),
           ('ready', eta, kind <> 'rollback'),
           -- A day before, of less than four days a quarter before; what falls back to voting after its end is over.
           ('expiring', CASE WHEN ends_at > began_at THEN ends_at - make_interval(
                secs => least(86400, extract(epoch FROM ends_at - began_at)::bigint / 4)) END, false),
           ('expired', ends_at, false)
) AS moment (kind, base, pauses_move_it)
LEFT JOIN LATERAL (
    -- A pause moves what has not come when it starts, as the ones before it have moved that.
    SELECT make_interval(secs => sum(seconds) FILTER (WHERE started < moment.base + make_interval(secs => before)))
               AS length
    FROM (
        SELECT started, seconds,
               coalesce(sum(seconds) OVER (ORDER BY started ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM (
            SELECT greatest(started_at, began_at) AS started,
                   extract(epoch FROM least(until, pauses.ended_at) - greatest(started_at, began_at))::double precision
                       AS seconds
            FROM pauses
            WHERE pauses.stream = countdown.stream AND least(until, pauses.ended_at) > began_at
        ) AS during
    ) AS in_order
) AS pause ON moment.pauses_move_it
WHERE moment.base IS NOT NULL
UNION ALL
SELECT 'pause_over', stream, seq, slot, signature, stream, NULL, NULL, until, '{}', ended_at FROM pauses
UNION ALL
-- A migration that nobody finalizes stands still a day after its last account, though not within the 7 days in which its
-- upgrade may be rolled back: until then all may be done, which no program can know. One that reverts is in a hurry.
SELECT 'migration_stuck', tracker, coalesce(moved.seq, 0), coalesce(moved.slot, started_slot),
       coalesce(moved.signature, started_signature), job.multisig, job.program, proposal,
       CASE WHEN moved.seq IS NULL THEN started_at + interval '24 hours'
            WHEN job.state = 'reverting' THEN moved.at + interval '24 hours'
            ELSE greatest(moved.at + interval '24 hours', started_at + interval '168 hours') END,
       jsonb_build_object('state', job.state, 'migrated', migrated, 'reverted', reverted), NULL
FROM migration_jobs AS job
LEFT JOIN LATERAL (
    SELECT account_migrations.seq, at, slot, signature FROM account_migrations
    WHERE account_migrations.tracker = job.tracker AND kind <> 'close_receipt' ORDER BY seq DESC LIMIT 1
) AS moved ON true
WHERE job.state <> 'finalized' AND started_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM upgrade_proposals WHERE address = job.proposal AND status = 'rolled_back');
CREATE INDEX migration_jobs_open ON migration_jobs (tracker) WHERE state <> 'finalized';
