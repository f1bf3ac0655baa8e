-- fragment: multisig
SELECT
    m.address,
    m.create_key,
    m.threshold,
    m.cancel_threshold,
    m.emergency_threshold,
    m.timelock AS timelock_seconds,
    m.rollback_delay AS rollback_delay_seconds,
    m.grace_period AS grace_period_seconds,
    m.voting_period AS voting_period_seconds,
    m.config_seq,
    m.paused_until,
    m.created_at,
    m.created_slot,
    m.created_signature
FROM multisigs m

-- fragment: member
SELECT
    multisig,
    position,
    key,
    array_remove(ARRAY[
        CASE WHEN can_propose THEN 'propose' END,
        CASE WHEN can_approve THEN 'approve' END,
        CASE WHEN is_guard THEN 'guard' END
    ], NULL) AS roles
FROM multisig_members
