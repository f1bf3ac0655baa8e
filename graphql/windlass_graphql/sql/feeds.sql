-- Each feed's newest number, and a page of its entries in the order of their numbers.

-- name: alerts_newest
SELECT coalesce(max(change), 0) AS change FROM alerts

-- name: alerts_after
SELECT * FROM {alert} AS entry WHERE change > $1::bigint AND change <= $2::bigint ORDER BY change LIMIT $3::integer
