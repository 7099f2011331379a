#!/bin/sh
# Rewrites `.sqlx` at the root of the repository: the cache with which queries are checked when no database is
# at hand. To be run after a query or a migration has changed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What deletes from an index of words changes no column, and is younger than the SQLite of many systems.
cat "$here"/migrations/*.sql | sed 's/contentless_delete = 1, //' > "$scratch/schema.sql"
if command -v sqlite3 > /dev/null; then
    sqlite3 "$scratch/schema.db" < "$scratch/schema.sql"
elif command -v python3 > /dev/null; then
    python3 - "$scratch" <<'PYTHON'
import sqlite3, sys
scratch = sys.argv[1]
with open(scratch + "/schema.sql") as schema:
    sqlite3.connect(scratch + "/schema.db").executescript(schema.read())
PYTHON
else
    echo "prepare.sh needs sqlite3 or python3 to make a scratch database: install one of them" >&2
    exit 1
fi

mkdir "$scratch/sqlx"
# The compiler expands the queries only when it has something to compile.
touch "$here/src/lib.rs"
cd "$root"
DATABASE_URL="sqlite://$scratch/schema.db" SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$scratch/sqlx" \
    cargo check --quiet --package formaops-store

mkdir -p .sqlx
for old in .sqlx/query-*.json; do
    [ -e "$scratch/sqlx/${old##*/}" ] || rm -f "$old"
done
cp "$scratch"/sqlx/query-*.json .sqlx/
touch "$here/src/lib.rs"
