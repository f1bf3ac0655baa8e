-- The role that the read API connects as: it sees the read model and can change nothing. It has no password here:
-- where PostgreSQL asks for one, the operator sets it (ALTER ROLE windlass_reader PASSWORD ...).
-- Roles belong to the whole server, so another database may have made it already, even at this moment.
DO $$
BEGIN
    CREATE ROLE windlass_reader LOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
-- Only where they are missing: two databases that alter one role at once would collide.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_db_role_setting
        WHERE setdatabase = 0 AND setrole = 'windlass_reader'::regrole
          AND setconfig @> ARRAY['default_transaction_read_only=on', 'statement_timeout=5s']
    ) THEN
        ALTER ROLE windlass_reader SET default_transaction_read_only = on;
        ALTER ROLE windlass_reader SET statement_timeout = '5s';
    END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO windlass_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO windlass_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO windlass_reader;
