#!/bin/bash
# Runs once, when the postgres container makes its database: the read API's role gets its password here, so that
# no migration has to hold one.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set=password="$WINDLASS_READER_PASSWORD" <<'SQL'
CREATE ROLE windlass_reader LOGIN PASSWORD :'password';
SQL
