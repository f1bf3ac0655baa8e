-- A program is known by its multisig and address; the two make the key that breaks ties in its order.

-- fragment: program
SELECT
    g.multisig AS multisig_address,
    g.program AS address,
    g.program_data,
    g.upgrade_authority,
    g.previous_authority,
    greatest(g.timelock, m.timelock) AS timelock_seconds,
    g.timelock AS own_timelock_seconds,
    g.version,
    g.code_digest,
    g.registered_at,
    g.registered_slot,
    g.registered_signature,
    g.last_upgrade_at,
    coalesce(extract(epoch FROM g.last_upgrade_at), 0)::bigint AS upgraded_order,
    g.released,
    g.program || '/' || g.multisig AS page_key
FROM programs g
JOIN multisigs m ON m.address = g.multisig

-- fragment: upgrade
SELECT multisig AS multisig_address, program AS program_address, version, proposal AS proposal_address,
       code_digest, executor, executed_at AS at, slot, signature
FROM upgrade_history
