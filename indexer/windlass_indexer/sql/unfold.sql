-- What the streams $1 were folded into, taken out of the tables; `folds.py` lists them. Rows that hang on others go with
-- them by their foreign keys: proposals, votes, timelocks, programs and members with the multisig, transactions with the
-- vault. What many streams make together is taken back before, by `tvl.py`.

-- name: multisigs
DELETE FROM multisigs WHERE address = ANY($1::text[])

-- name: migration_jobs
DELETE FROM migration_jobs WHERE tracker = ANY($1::text[]) OR multisig = ANY($1::text[])

-- name: account_migrations
DELETE FROM account_migrations WHERE tracker = ANY($1::text[])

-- name: audit_log
DELETE FROM audit_log WHERE stream = ANY($1::text[])

-- name: countdowns
DELETE FROM countdowns WHERE stream = ANY($1::text[])

-- name: pauses
DELETE FROM pauses WHERE stream = ANY($1::text[])

-- name: balance_snapshots
DELETE FROM balance_snapshots WHERE vault = ANY($1::text[])

-- name: vault_authorities
DELETE FROM vault_authorities WHERE authority = ANY($1::text[])

-- name: authorized_programs
DELETE FROM authorized_programs WHERE authority = ANY($1::text[])

-- name: vaults
DELETE FROM vaults WHERE address = ANY($1::text[])
