#!/usr/bin/env python3
"""House rules that a machine can hold, over all tracked files (CONTRIBUTING.md says them in words).

    python3 tests/house.py

Each rule is tried on a planted offence first: a rule that finds nothing there fails by itself.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST = 600  # lines of a Rust file
# Which room may use which (ARCHITECTURE.md, code map). A room not named here may use every room.
MAY_USE = {
    "types": set(),
    "rules": {"types"},
    "duis": {"types", "rules"},
    "flow": {"types", "rules"},
    "gbcs": {"types"},
    "network": {"types", "gbcs"},
    "sim": {"types", "rules", "gbcs", "flow", "network"},
    "ledger": {"types", "rules"},
    "registers": {"types", "rules"},
    "measures": {"types", "rules"},
    "ingest": {"types", "rules", "duis", "ledger", "registers"},
    "gateway": {"types", "rules", "duis", "gbcs", "flow", "network", "ledger", "registers"},
    "packs": {"types", "rules", "ledger", "registers", "measures"},
}
# Rooms that read no clock, open no file and no socket.
PURE = {"types", "gbcs", "measures", "network", "flow"}

# Name, files it looks at, pattern, an offence that must be found.
RULES = [
    ("a path of somebody's machine", r".*", r"(?<![A-Za-z0-9_.$}])/(?:home|root|Users|work|farm)/\w", "see /" + "home/kim"),
    ("a registry's host name", r"(?!.*(?:\.lock|package-lock\.json)$).*", r"registry\.npm|static\.crates\.io|index\.crates\.io|files\.pythonhosted|pypi\.org|deb\.debian\.org", "pypi" + ".org"),
    ("a stub or a test switched off", r".*\.rs", r"\btodo!\(|\bunimplemented!\(|#\[ignore|\bFIXME\b|\bX{3}\b", "#[" + "ignore]"),
    ("serde(flatten) or serde(untagged)", r".*\.rs", r"serde\([^)]*\b(?:flatten|untagged)\b", "#[serde(" + "flatten)]"),
    ("a lint switched off without a reason", r".*\.rs", r"#!?\[(?:allow|expect)\((?![^\]]*reason)", "#[" + "allow(dead_code)]"),
    ("a drawer for leftovers", r".*\.rs", r"^\s*(?:pub(?:\([^)]*\))? )?mod (?:util|utils|common|helpers|misc)\b", "mod " + "util;"),
    ("printing from a room", r"crates/(?!northbound/|[a-z]+/(?:tests|examples)/).*\.rs", r"\b(?:println|print|eprintln|eprint|dbg)!\(", "print" + "ln!(1)"),
    ("a clock or a file in a pure room", rf"crates/(?:{'|'.join(sorted(PURE))})/src/(?!.*tests?).*\.rs", r"\bstd::(?:fs|net|process)\b|SystemTime::now|Instant::now", "std::" + "fs::read"),
]


def tracked():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    for name in names:
        path = ROOT / name
        if not name or not path.is_file(): continue
        data = path.read_bytes()
        if b"\0" not in data[:8000]: yield name, data.decode("utf-8", errors="replace")


def offences(name, text):
    found = []
    for rule, files, pattern, _ in RULES:
        if not re.fullmatch(files, name) or name == "tests/house.py": continue
        for m in re.finditer(pattern, text, flags=re.M):
            found.append(f"{name}:{text.count(chr(10), 0, m.start()) + 1}: {rule}: {m.group(0).strip()!r}")
    lines = text.count("\n")
    if name.endswith(".rs") and lines > LONGEST: found.append(f"{name}: {lines} lines, at most {LONGEST}")
    return found


def dependencies(name, text):
    """Uses of other rooms outside [dev-dependencies] that the code map does not allow."""
    room = re.fullmatch(r"crates/([a-z]+)/Cargo\.toml", name)
    if not room or room.group(1) not in MAY_USE: return []
    section, found = "", []
    for line in text.splitlines():
        section = line.strip() if line.startswith("[") else section
        used = re.match(r"northbound-([a-z]+)\b", line)
        if used and section == "[dependencies]" and used.group(1) not in MAY_USE[room.group(1)]:
            found.append(f"{name}: {room.group(1)} may not use {used.group(1)} (ARCHITECTURE.md, code map)")
    return found


def self_test():
    odd = []
    for rule, files, _, offence in RULES:
        name = next(n for n in ("crates/types/src/x.rs", "crates/ledger/src/x.rs", "README.md") if re.fullmatch(files, n))
        if not any(rule in o for o in offences(name, offence + "\n")): odd.append(f"self-test: the rule «{rule}» misses {offence!r}")
    if not offences("crates/types/src/x.rs", "\n" * (LONGEST + 1)) or offences("crates/types/src/x.rs", "\n" * LONGEST): odd.append("self-test: length of files")
    if not dependencies("crates/types/Cargo.toml", "[dependencies]\nnorthbound-rules.workspace = true\n"): odd.append("self-test: rooms")
    return odd


def main():
    odd, files, rust = self_test(), 0, []
    for name, text in tracked():
        files += 1
        odd += offences(name, text) + dependencies(name, text)
        if name.endswith(".rs"): rust.append(text.count("\n"))
    rust.sort()
    for o in odd: print(o)
    if rust: print(f"{files} files; {len(rust)} of Rust: median {rust[len(rust) // 2]} lines, 90% at most {rust[len(rust) * 9 // 10]}, longest {rust[-1]}; {len(odd)} offences")
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
