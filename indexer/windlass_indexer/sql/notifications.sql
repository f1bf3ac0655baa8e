-- name: notify
SELECT pg_notify('windlass_changes', payload) FROM unnest($1::text[]) AS payload
