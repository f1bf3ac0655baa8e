-- name: add_streams
INSERT INTO streams (stream, program, seq, digest, slot)
SELECT stream, program, 0, decode(repeat('00', 32), 'hex'), 0
FROM unnest($1::text[], $2::text[]) AS new (stream, program)
ON CONFLICT DO NOTHING

-- name: lock_streams
-- In one order, so that two writers never wait for each other in a circle.
SELECT stream, seq, digest FROM streams WHERE stream = ANY($1::text[]) ORDER BY stream FOR UPDATE

-- name: unfolded_events
SELECT event.id, event.stream, event.seq, event.slot, event.program, event.name, event.bytes
FROM streams
JOIN events AS event ON event.stream = streams.stream AND event.seq > streams.seq
WHERE streams.stream = ANY($1::text[])
ORDER BY event.stream, event.seq

-- name: advance_streams
-- What does not agree stays: only the verifier takes it back, when digest and account are equal.
UPDATE streams SET seq = folded.seq, digest = folded.digest, slot = folded.slot
FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[]) AS folded (stream, seq, digest, slot)
WHERE streams.stream = folded.stream

-- name: mark_streams
UPDATE streams SET disagreement = marked.disagreement
FROM unnest($1::text[], $2::text[]) AS marked (stream, disagreement)
WHERE streams.stream = marked.stream
