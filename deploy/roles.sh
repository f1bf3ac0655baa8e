#!/bin/bash
# Runs once, when the postgres container makes its database: the roles of the read API and of the command service get
# their passwords here, so that no migration has to hold one.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set=reader="$WINDLASS_READER_PASSWORD" --set=commands="$WINDLASS_COMMANDS_PASSWORD" <<'SQL'
CREATE ROLE windlass_reader LOGIN PASSWORD :'reader';
CREATE ROLE windlass_commands LOGIN PASSWORD :'commands';
SQL
