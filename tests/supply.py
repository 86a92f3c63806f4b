#!/usr/bin/env python3
"""Licences, sources and duplicate versions of everything that is built, from `cargo metadata`.

    python3 tests/supply.py

- A licence expression must be satisfiable with the licences below: none of them asks for more than attribution or, for
  MPL-2.0, for changes to its own files. No GPL.
- Every package comes from crates.io or from this repository.
- A package in two versions costs build time and size: each is listed with what brings it. A new one fails, and so does an entry
  that is not needed any more.

Advisories are not checked: their database is not among what a check may fetch.
Each rule is tried on a planted offence first.
"""
import json
import re
import subprocess
import sys

ALLOWED = {"MIT", "MIT-0", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "Zlib", "BSL-1.0", "Unicode-3.0", "Unlicense", "CC0-1.0", "MPL-2.0"}
CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
# Package: why two versions are there.
TWICE = {
    "base64": "krilla (PDF) is at 0.22",
    "embedded-io": "postcard names both; neither is built",
    "getrandom": "ahash, under arrow, is at 0.3",
    "nom": "x509-parser is at 7, lettre at 8",
    "num-bigint": "parquet is at 0.5",
    "syn": "derive macros move from 2 to 3 one by one",
    "synstructure": "derive macros move from syn 2 to 3 one by one",
    "untrusted": "aws-lc-rs is at 0.7, rustls-webpki at 0.9",
}


def satisfied(expression, allowed):
    """Whether an SPDX expression can be met with the allowed licences: one of each OR, all of each AND."""
    tokens = re.findall(r"\(|\)|[A-Za-z0-9.+-]+(?: WITH [A-Za-z0-9.-]+)?", expression.replace("/", " OR "))
    at = 0

    def either():
        nonlocal at
        found = both()
        while at < len(tokens) and tokens[at] == "OR":
            at += 1
            found = both() or found
        return found

    def both():
        nonlocal at
        found = one()
        while at < len(tokens) and tokens[at] == "AND":
            at += 1
            found = one() and found
        return found

    def one():
        nonlocal at
        token = tokens[at]
        at += 1
        if token != "(": return token in allowed
        found = either()
        at += 1  # the closing bracket
        return found

    return bool(tokens) and either()


def offences(packages):
    odd, versions = [], {}
    for p in packages:
        name = f"{p['name']} {p['version']}"
        versions.setdefault(p["name"], set()).add(p["version"])
        if p["source"] not in (None, CRATES_IO): odd.append(f"{name}: comes from {p['source']}, not from crates.io")
        if not satisfied(p["license"] or "", ALLOWED): odd.append(f"{name}: licence {p['license']!r} is not among those that the product may use")
    for name, found in sorted(versions.items()):
        if len(found) > 1 and name not in TWICE: odd.append(f"{name}: versions {', '.join(sorted(found))}; use one, or list in tests/supply.py why two are needed")
    return odd + [f"{name}: listed in tests/supply.py as needed twice, and there is one version" for name in TWICE if len(versions.get(name, ())) < 2]


def self_test():
    fine = {"name": "a", "version": "1.0.0", "source": CRATES_IO, "license": "MIT OR GPL-3.0"}
    base = [{**fine, "name": n, "version": v} for n in TWICE for v in ("1.0.0", "2.0.0")]
    cases = [
        ([fine], False),
        ([{**fine, "license": "GPL-3.0"}], True),
        ([{**fine, "license": "MIT AND GPL-3.0"}], True),
        ([{**fine, "license": "(MIT OR GPL-3.0) AND (ISC OR LGPL-3.0)"}], False),
        ([{**fine, "license": None}], True),
        ([{**fine, "source": "git+https://example.org/a"}], True),
        ([fine, {**fine, "version": "2.0.0"}], True),
    ]
    return [f"self-test: {c}" for c, bad in cases if bool(offences(base + c)) != bad]


def main():
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"]
    packages = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["packages"]
    odd = self_test() + offences(packages)
    for o in odd: print(o)
    print(f"{len(packages)} packages, {len(TWICE)} of them in two versions; {len(odd)} offences")
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
