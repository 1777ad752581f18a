#!/bin/sh
# Serves with the password of REDIS_PASSWORD_FILE; every change is on disk within a second.
set -eu
umask 077

settings=$(mktemp)
cat > "$settings" << END
bind * -::*
dir /data
appendonly yes
save ""
# A doorbell must not be forgotten silently: refuse writes instead.
maxmemory-policy noeviction
END
# In a file, not on the command line, where everybody could read it.
printf 'requirepass %s\n' "$(cat "${REDIS_PASSWORD_FILE:?REDIS_PASSWORD_FILE is needed}")" >> "$settings"
exec redis-server "$settings" "$@"
