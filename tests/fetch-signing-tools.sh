#!/bin/sh
# Fetches the published signing tool and test keystore (npm, GPL-3.0) for tests/signatures.py and bench/signatures.py.
# Usage: tests/fetch-signing-tools.sh DIR
# They are oracles and test data from outside and are never committed. Only the tarballs are taken: no dependency is
# installed and no script of a package runs.
set -eu

TOOL='@smartdcc/duis-sign-wrap@0.1.2'
KEYSTORE='@smartdcc/dccboxed-keystore@0.4.2'

if [ $# -ne 1 ]; then
    echo "usage: $0 DIR" >&2
    exit 2
fi
mkdir -p "$1"
target=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

for package in "$TOOL" "$KEYSTORE"; do
    (cd "$work" && npm pack --silent --ignore-scripts "$package" > /dev/null)
    tar -xzf "$work"/*.tgz -C "$work"
    rm "$work"/*.tgz
done
cp "$work/package/dist/tool.jar" "$work/package/keystore.json" "$target"/
echo "tool.jar and keystore.json in $target"
echo "now: NORTHBOUND_SIGNING_TOOLS=$target ./check signatures"
