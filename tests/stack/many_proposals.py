"""Thousands of proposals with their votes, countdowns, alerts and log, made by PostgreSQL itself: for plans."""

import asyncpg

_ADDRESS = "substr(translate(encode(sha256(({})::bytea), 'hex'), '0', 'z'), 1, 44)"
_MULTISIG = _ADDRESS.format("'multisig ' || {}")
_PROPOSAL = _ADDRESS.format("'proposal ' || {}")
_PROGRAM = _ADDRESS.format("'program ' || {}")
_MEMBER = _ADDRESS.format("'member ' || {}")
_SIGNATURE = "repeat(" + _ADDRESS.format("'signed ' || {}") + ", 2)"
_FILL = f"""
INSERT INTO multisigs
SELECT {_MULTISIG.format("m")}, {_MEMBER.format("m")}, 3, 3, 4, 172800, 60, 1209600, 604800, 0, now(), 1000 + m,
       {_SIGNATURE.format("m")}
FROM generate_series(0, {{multisigs}} - 1) AS m;
INSERT INTO streams (stream, program, seq, digest, slot)
SELECT address, create_key, 1, sha256(''::bytea), created_slot FROM multisigs;
INSERT INTO programs
SELECT address, {_PROGRAM.format("address")}, create_key, create_key, create_key, 0, 0, NULL, now(), created_slot,
       created_signature
FROM multisigs;
INSERT INTO upgrade_proposals (address, multisig, program, id, kind, status, proposer, payer, buffer, buffer_len,
    verified_len, code_digest, base_version, no_rollback, config_seq, slot_hash, digest, created_at, created_slot,
    created_signature, updated_slot, updated_seq)
SELECT {_PROPOSAL.format("p")}, {_MULTISIG.format("p % {multisigs}")},
       {_PROGRAM.format(_MULTISIG.format("p % {multisigs}"))}, p / {{multisigs}}, 'upgrade',
       CASE p % 50 WHEN 0 THEN 'approved' ELSE 'cancelled' END::proposal_status, {_MEMBER.format("p % 7")},
       {_MEMBER.format("p % 7")}, {_PROPOSAL.format("p")}, 1, 1, sha256(''::bytea), 0, true, 0, sha256(''::bytea),
       sha256(''::bytea),
       now() - make_interval(secs => {{proposals}} - p), 1000 + p, {_SIGNATURE.format("p")}, 1001 + p, 5
FROM generate_series(0, {{proposals}} - 1) AS p;
INSERT INTO timelocks SELECT address, created_at FROM upgrade_proposals;
INSERT INTO approval_history
SELECT address, vote, {_MEMBER.format("vote")}, 'approve', created_at, created_slot, created_signature
FROM upgrade_proposals, generate_series(1, 4) AS vote;
INSERT INTO countdowns
SELECT multisig, id * 5 + 1, address, program, kind, created_at, created_at + interval '48 hours',
       created_at + interval '384 hours', created_slot, created_signature,
       CASE status WHEN 'approved' THEN NULL ELSE id * 5 + 2 END,
       CASE status WHEN 'approved' THEN NULL ELSE created_at + interval '1 hour' END
FROM upgrade_proposals;
INSERT INTO audit_log
SELECT multisig, id * 5 + 1, 'UpgradeProposed', proposer, multisig, program, address, '{{{{}}}}', created_at,
       created_slot, created_signature
FROM upgrade_proposals;
INSERT INTO alerts (kind, stream, seq, slot, signature, multisig, program, proposal, at, data)
SELECT 'proposal_created', multisig, id * 5 + 1, created_slot, created_signature, multisig, program, address,
       created_at, '{{{{}}}}'
FROM upgrade_proposals;
"""  # noqa: S608 -- no input is in it


async def write_many_proposals(connection: asyncpg.Connection, proposals: int, multisigs: int) -> None:
    """Rows of `proposals` proposals of `multisigs` multisigs, one in fifty of them open; none of them has events."""
    await connection.execute(_FILL.format(proposals=proposals, multisigs=multisigs))
    await connection.execute("ANALYZE")
