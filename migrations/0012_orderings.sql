-- Orders of lists that go by what changes; those that go by age have their indexes beside the tables.
CREATE INDEX upgrade_proposals_changed ON upgrade_proposals (updated_slot DESC, address DESC);
CREATE INDEX vaults_largest ON vaults (total_balance DESC, address DESC);
CREATE INDEX migration_jobs_most_migrated ON migration_jobs (migrated DESC, tracker DESC);
