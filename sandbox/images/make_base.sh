#!/bin/sh
# Make judge-base:local, a Debian base image for hosts that reach a Debian mirror but no image registry.
#
#   mirror (as apt has it) -> debootstrap -> + the host's certificates -> docker import
#
# Takes about a minute and needs root. Elsewhere nothing of this is needed: the Dockerfiles' own BASE_IMAGE is pulled.
set -eu

tag=${1:-judge-base:local}
suite=${BASE_SUITE:-bookworm}

find_mirror() {
    if [ -n "${BASE_MIRROR:-}" ]; then
        echo "$BASE_MIRROR"
        return
    fi
    # The first Debian archive in apt's own sources, in the new format or the old.
    for file in /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -r "$file" ] || continue
        sed -nE -e 's#^URIs: *(https?://[^ ]*/debian)/? *$#\1#p' \
            -e 's#^deb +(\[[^]]*\] +)?(https?://[^ ]*/debian)/? .*#\2#p' "$file"
    done | head -n 1
}

mirror=$(find_mirror)
if [ -z "$mirror" ]; then
    echo "make_base: no Debian mirror found in apt's sources; set BASE_MIRROR" >&2
    exit 2
fi
if ! command -v debootstrap > /dev/null; then
    echo "make_base: debootstrap is not installed (apt-get install debootstrap)" >&2
    exit 2
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=python3,python3-venv,python3-pip,ca-certificates "$suite" "$root" "$mirror"
# A closed network has certificates of its own; without them pip inside a build trusts nobody.
if [ -r /etc/ssl/certs/ca-certificates.crt ]; then
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
fi
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
tar -C "$root" -c . | docker import - "$tag"
