#!/bin/sh
# Makes the database at the first start, then serves.
#
#   POSTGRES_USER, POSTGRES_DB            default judge
#   POSTGRES_PASSWORD(_FILE)              needed at the first start
set -eu

user=${POSTGRES_USER:-judge}
database=${POSTGRES_DB:-$user}
home=/var/lib/postgresql/data
cluster=$home/cluster

if [ ! -e "$cluster" ]; then
    secret=${POSTGRES_PASSWORD_FILE:-}
    if [ -z "$secret" ]; then
        secret=$(mktemp)
        printf '%s\n' "${POSTGRES_PASSWORD:?POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE is needed}" > "$secret"
    fi
    # Made aside and moved into place: a first start that is cut short begins anew.
    rm -rf "$home/new"
    initdb --pgdata="$home/new" --username="$user" --pwfile="$secret" --encoding=UTF8 \
        --auth-local=peer --auth-host=scram-sha-256 > /dev/null
    echo "host all all all scram-sha-256" >> "$home/new/pg_hba.conf"
    if [ "$database" != postgres ]; then
        echo "CREATE DATABASE \"$database\"" | postgres --single -j -D "$home/new" postgres > /dev/null
    fi
    mv "$home/new" "$cluster"
fi
exec postgres -D "$cluster" -c listen_addresses='*' "$@"
