-- 20 multisigs with 5 members each, 100,000 proposals, 400,000 approvals: 3 and 5 by turns of 20, the newest have 5.
CREATE FUNCTION pg_temp.base58(what text, length integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT left(translate(encode(sha512(convert_to(what, 'UTF8')), 'hex'), '0', 'z'), length)
$$;
INSERT INTO cursors (program, slot, confirmed_slot, finalized_slot, chain_time)
VALUES (pg_temp.base58('windlass', 44), 200000, 200003, 199970, '2026-03-01Z');
INSERT INTO multisigs
SELECT pg_temp.base58('multisig' || n, 44), pg_temp.base58('key' || n, 44), 3, 3, 5, 172800, 3600, 1209600, 604800, 0,
       '2026-01-01Z', n, pg_temp.base58('initialized' || n, 88)
FROM generate_series(1, 20) AS n;
INSERT INTO multisig_members
SELECT pg_temp.base58('multisig' || n, 44), m, pg_temp.base58('member' || n || '/' || m, 44), true, true, m < 2
FROM generate_series(1, 20) AS n, generate_series(0, 4) AS m;
INSERT INTO programs
SELECT pg_temp.base58('multisig' || n, 44), pg_temp.base58('program' || n, 44), pg_temp.base58('data' || n, 44),
       pg_temp.base58('authority' || n, 44), pg_temp.base58('before' || n, 44), 0, 0, NULL, '2026-01-01Z', n + 20,
       pg_temp.base58('registered' || n, 88), NULL
FROM generate_series(1, 20) AS n;
INSERT INTO upgrade_proposals (address, multisig, program, id, kind, status, proposer, payer, buffer, buffer_len,
    verified_len, code_digest, base_version, no_rollback, config_seq, slot_hash, digest, created_at, created_slot,
    created_signature, updated_slot, updated_seq)
SELECT pg_temp.base58('proposal' || n, 44), m.address, g.program, n / 20 + 1, 'upgrade', 'approved', p.key, p.key,
       pg_temp.base58('buffer' || n, 44), 200000, 200000, sha256(convert_to('code' || n, 'UTF8')), 0, true, 0,
       sha256(convert_to('slot' || n, 'UTF8')), sha256(convert_to('digest' || n, 'UTF8')),
       timestamptz '2026-01-02Z' + n * interval '40 seconds', 1000 + n, pg_temp.base58('proposed' || n, 88),
       1010 + n, n / 20 * 6 + 8
FROM generate_series(0, 99999) AS n
JOIN multisigs m ON m.created_slot = n % 20 + 1
JOIN programs g ON g.multisig = m.address
JOIN multisig_members p ON p.multisig = m.address AND p.position = 0;
INSERT INTO timelocks
SELECT address, created_at + interval '7 days', created_at + interval '1 hour', created_at + interval '49 hours',
       created_at + interval '385 hours'
FROM upgrade_proposals;
INSERT INTO approval_history
SELECT p.address, p.updated_seq - 6 + m.position, m.key, 'approve', p.created_at + m.position * interval '20 minutes',
       p.created_slot + m.position + 1, pg_temp.base58('approved' || p.address || m.position, 88)
FROM upgrade_proposals p
JOIN multisig_members m ON m.multisig = p.multisig
    AND m.position < CASE WHEN (p.created_slot - 1000) / 20 % 2 = 1 THEN 5 ELSE 3 END;
INSERT INTO streams (stream, program, seq, digest, slot)
SELECT multisig, pg_temp.base58('windlass', 44), max(updated_seq), sha256(convert_to('stream', 'UTF8')), max(updated_slot)
FROM upgrade_proposals GROUP BY multisig;
ANALYZE;
