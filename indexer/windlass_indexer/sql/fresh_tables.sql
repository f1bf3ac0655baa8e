-- Each of the first five gives statements that are run where `windlass_rebuild` comes first in the search_path, so that
-- a name without a schema means a fresh table where there is one. They are read where only `public` is, for PostgreSQL
-- to leave the schema out.

-- name: create
SELECT format('CREATE TABLE windlass_rebuild.%I (LIKE public.%I INCLUDING ALL EXCLUDING INDEXES)', relname, relname)
FROM pg_class WHERE oid = ANY($1::text[]::regclass[])

-- name: options
SELECT format('ALTER TABLE %I SET (%s)', relname, array_to_string(reloptions, ', '))
FROM pg_class WHERE oid = ANY($1::text[]::regclass[]) AND reloptions IS NOT NULL

-- name: constraints
-- Those with an index, then foreign keys; checks came with the table.
SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s', relname, conname, pg_get_constraintdef(pg_constraint.oid))
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE conrelid = ANY($1::text[]::regclass[]) AND contype IN ('p', 'u', 'x', 'f')
ORDER BY contype = 'f', relname, conname

-- name: indexes
SELECT pg_get_indexdef(indexrelid, 0, true)
FROM pg_index
WHERE indrelid = ANY($1::text[]::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
ORDER BY indexrelid

-- name: privileges
SELECT format('GRANT %s ON %I TO %s', privilege_type, relname,
              CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
       || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
FROM pg_class, aclexplode(relacl)
WHERE pg_class.oid = ANY($1::text[]::regclass[]) AND grantee <> relowner
UNION ALL
SELECT format('ALTER TABLE %I OWNER TO %I', relname, pg_get_userbyid(relowner))
FROM pg_class WHERE oid = ANY($1::text[]::regclass[]) AND pg_get_userbyid(relowner) <> current_user

-- name: views
-- What reads the tables refers to them themselves, not to their names: it is made again over the fresh ones, in place,
-- so that grants on a view and views of it stay.
SELECT DISTINCT format('CREATE OR REPLACE VIEW %I.%I%s AS %s', nspname, relname,
                       ' WITH (' || array_to_string(reloptions, ', ') || ')', pg_get_viewdef(view.oid))
FROM pg_depend
JOIN pg_rewrite ON pg_depend.classid = 'pg_rewrite'::regclass AND pg_rewrite.oid = objid
JOIN pg_class AS view ON view.oid = ev_class AND relkind = 'v'
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE refclassid = 'pg_class'::regclass AND refobjid = ANY($1::text[]::regclass[])

-- name: references_to
-- Foreign keys of tables that stay to tables that are replaced: how to end one, how to make it again without looking
-- at every row, and how to look at them afterwards.
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', conrelid::regclass, conname,
              replace(pg_get_constraintdef(pg_constraint.oid), ' NOT VALID', '')) AS make,
       format('ALTER TABLE %s VALIDATE CONSTRAINT %I', conrelid::regclass, conname) AS validate
FROM pg_constraint
WHERE contype = 'f' AND confrelid = ANY($1::text[]::regclass[]) AND NOT conrelid = ANY($1::text[]::regclass[])
ORDER BY conrelid, conname

-- name: not_carried_over
SELECT format('the trigger %s of %s', tgname, tgrelid::regclass)
FROM pg_trigger WHERE tgrelid = ANY($1::text[]::regclass[]) AND NOT tgisinternal
UNION ALL
SELECT format('the policy %s of %s', polname, polrelid::regclass)
FROM pg_policy WHERE polrelid = ANY($1::text[]::regclass[])
UNION ALL
SELECT format('the materialized view %s', view.oid::regclass)
FROM pg_depend
JOIN pg_rewrite ON pg_depend.classid = 'pg_rewrite'::regclass AND pg_rewrite.oid = objid
JOIN pg_class AS view ON view.oid = ev_class AND relkind = 'm'
WHERE refclassid = 'pg_class'::regclass AND refobjid = ANY($1::text[]::regclass[])

-- name: still_needed
-- What goes on meaning the tables that were replaced, or their row types, and is no part of them: they are dropped
-- afterwards, with all that depends on them.
WITH replaced AS (
    SELECT oid, relname, reltype FROM pg_class
    WHERE relnamespace = 'windlass_replaced'::regnamespace AND relkind IN ('r', 'p')
), meant AS (
    SELECT 'pg_class'::regclass AS class, oid, relname FROM replaced
    UNION ALL
    SELECT 'pg_type'::regclass, unnest(ARRAY[pg_type.oid, typarray]), relname
    FROM replaced JOIN pg_type ON pg_type.oid = reltype
)
SELECT DISTINCT replace(format('%s depends on table %s', pg_describe_object(classid, objid, objsubid), relname),
                        'windlass_replaced.', '')
FROM meant JOIN pg_depend ON (refclassid, refobjid) = (meant.class, meant.oid)
WHERE deptype = 'n'
  AND NOT EXISTS (SELECT FROM pg_constraint JOIN replaced ON replaced.oid = conrelid
                  WHERE classid = 'pg_constraint'::regclass AND pg_constraint.oid = objid)
  AND NOT EXISTS (SELECT FROM pg_attrdef JOIN replaced ON replaced.oid = adrelid
                  WHERE classid = 'pg_attrdef'::regclass AND pg_attrdef.oid = objid)
