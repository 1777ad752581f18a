#!/bin/sh
# Makes a deployment ready, once at each start: the folder of its files, tables, bucket, hidden data, static files.
#
#   prepare [SLUG ...]    by default the whole catalogue is minted
#
# Begins as root, because the folder comes from the host, and goes on as the user that serves.
set -eu

if [ "$(id -u)" = 0 ]; then
    install -d -o judge -g judge -m 0750 "$JUDGE_DATA_DIR"
    exec setpriv --reuid=judge --regid=judge --init-groups "$0" "$@"
fi
cd /app
python manage.py migrate --no-input
python manage.py bucket
python manage.py mint "$@"
python manage.py collectstatic --no-input --verbosity 0
