-- A page of the newest migrations is read from an index, as the API orders them: one whose start is not known yet is the
-- newest of all.
CREATE INDEX migration_jobs_newest ON migration_jobs ((coalesce(started_slot, 9223372036854775807)) DESC, tracker DESC);
