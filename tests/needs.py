#!/usr/bin/env python3
"""Every need listed in docs/needs.md has a test that bears its id (`m2b_...`).

    python3 tests/needs.py
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEST = re.compile(r"#\[test\]\s*(?:#\[[^\]]*\]\s*)*fn (([a-z]\d+b?)_(?:and_([a-z]\d+b?)_)?\w+)\(|^\s*fn (([a-z]\d+b?)_\w+)\([^)]*in ", re.M)


def shown(texts):
    """Ids with the names of their tests. Properties of proptest stand as `fn name(x in ...)`."""
    found = {}
    for text in texts:
        for m in TEST.finditer(text):
            for need in filter(None, (m.group(2), m.group(3), m.group(5))): found.setdefault(need, set()).add(m.group(1) or m.group(4))
    return found


def main():
    listed = {m.lower() for m in re.findall(r"^\| ([A-Z]\d+b?) \|", (ROOT / "docs/needs.md").read_text(encoding="utf-8"), flags=re.M)}
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "crates/*.rs"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    found = shown((ROOT / f).read_text(encoding="utf-8") for f in files if (ROOT / f).is_file())
    odd = [f"{n.upper()} has no test: name one {n}_..." for n in sorted(listed - found.keys())]
    if shown(["#[test]\nfn m99_x() {}\nfn m98_helper() {}"]) != {"m99": {"m99_x"}}: odd.append("self-test: what counts as a test")
    for o in odd: print(o)
    print(f"{len(listed)} needs, {sum(len(found.get(n, ())) for n in listed)} tests bear their ids")
    sys.exit(1 if odd or not listed else 0)


if __name__ == "__main__":
    main()
