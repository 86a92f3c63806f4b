#!/bin/sh
# Fetches the published DUIS request templates (npm, GPL-3.0) for crates/duis/tests/templates.rs.
# Usage: tests/fetch-duis-templates.sh DIR
# The templates are test data from outside and are never committed. Only the tarball is taken:
# no dependency is installed and no script of the package runs.
set -eu

PACKAGE='@smartdcc/duis-templates@0.7.0'
EXPECTED=297

if [ $# -ne 1 ]; then
    echo "usage: $0 DIR" >&2
    exit 2
fi
mkdir -p "$1"
target=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

(cd "$work" && npm pack --silent --ignore-scripts "$PACKAGE" > /dev/null)
tar -xzf "$work"/*.tgz -C "$work"
cp "$work"/package/templates/* "$target"/

count=$(find "$target" -type f -iname '*.xml' | wc -l)
if [ "$count" -ne "$EXPECTED" ]; then
    echo "$target holds $count templates, expected $EXPECTED: use an empty folder" >&2
    exit 1
fi
echo "$count templates in $target"
echo "now: NORTHBOUND_DUIS_TEMPLATES=$target cargo test -p northbound-duis templates"
