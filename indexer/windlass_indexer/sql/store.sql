-- name: claim_chain
-- The first run's chain stays; the answer is the chain that the tables are about. The update changes nothing: it is how
-- one of two indexers that start together sees the row that the other has just committed.
INSERT INTO chain AS held (genesis_hash) VALUES ($1)
ON CONFLICT (single) DO UPDATE SET genesis_hash = held.genesis_hash
RETURNING held.genesis_hash

-- name: insert_events
-- Duplicates change nothing: they are the rule, not the exception (wake-ups repeat, the last slots are read again).
INSERT INTO events
    (slot, transaction_index, signature, path, program, name, stream, seq, block_time, bytes, data)
SELECT slot, transaction_index, signature, path::integer[], program, name, stream, seq, to_timestamp(block_time),
       bytes, data
FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
            $9::bigint[], $10::bytea[], $11::jsonb[])
    AS event (slot, transaction_index, signature, path, program, name, stream, seq, block_time, bytes, data)
ON CONFLICT DO NOTHING

-- name: rival_events
-- Events that stand elsewhere on the chain but claim a place in a stream that another event already has.
SELECT rival.stream, rival.seq, rival.signature, stored.signature AS stored_signature
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS rival (stream, seq, signature, path)
JOIN events AS stored ON stored.stream = rival.stream AND stored.seq = rival.seq
WHERE (stored.signature, stored.path) <> (rival.signature, rival.path::integer[])

-- name: move_cursor
-- Never backwards: a reading that began earlier may end later.
INSERT INTO cursors AS cursor (program, slot, signature, settled_slot) VALUES ($1, $2, $3, $4)
ON CONFLICT (program) DO UPDATE
SET slot = excluded.slot, signature = coalesce(excluded.signature, cursor.signature),
    settled_slot = greatest(excluded.settled_slot, cursor.settled_slot), updated_at = clock_timestamp()
WHERE excluded.slot >= cursor.slot

-- name: cursor
SELECT slot, signature, settled_slot FROM cursors WHERE program = $1

-- name: tell_time
-- Only where something moved, so that an idle chain costs no writes.
INSERT INTO cursors AS cursor (program, slot, confirmed_slot, finalized_slot, chain_time)
SELECT program, 0, $2, $3, to_timestamp($4) FROM unnest($1::text[]) AS followed (program)
ON CONFLICT (program) DO UPDATE
SET confirmed_slot = excluded.confirmed_slot, finalized_slot = excluded.finalized_slot,
    chain_time = excluded.chain_time, updated_at = clock_timestamp()
WHERE (excluded.confirmed_slot, excluded.finalized_slot, excluded.chain_time)
    IS DISTINCT FROM (cursor.confirmed_slot, cursor.finalized_slot, cursor.chain_time)

-- name: last_signature
-- Where the repair of a stream begins: everything before it is folded.
SELECT signature FROM events WHERE stream = $1 AND seq = (SELECT seq FROM streams WHERE stream = $1)

-- name: folded
SELECT seq, slot FROM streams WHERE stream = $1
